import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Memory to run a compiled graph in: owned by one caller, not shared. Any number of sessions may run the same graph.
public struct Session: ~Copyable {
    let graph: CompiledGraph
    let memory = SessionMemory()

    init(_ graph: CompiledGraph) { self.graph = graph }

    /// Runs the graph: named inputs in, all outputs by name out. The inputs' element types and shapes are checked.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input;
    ///   ``BitdepthError/Code/typeMismatch`` where an output is a sequence or not there: see ``run(values:)``.
    public borrowing func run(_ inputs: [String: Tensor]) throws(BitdepthError) -> [String: Tensor] {
        var results: [String: Tensor] = [:]
        for (name, value) in try run(values: inputs.mapValues(Value.tensor)) {
            results[name] = try value.tensor("output \"\(name)\"")
        }
        return results
    }

    /// As ``run(_:)``, for inputs and outputs of any kind.
    public borrowing func run(values inputs: [String: Value]) throws(BitdepthError) -> [String: Value] {
        let values = try graph.checkedValues(inputs)
        var results: [String: Value] = [:]
        for (name, value) in try Execution(memory: memory, pool: graph.pool).run(graph, values) {
            results[name.text] = value
        }
        return results
    }

    /// Runs the graph and lets `body` look at every tapped value in turn, as FP32; at those of bodies once in each iteration.
    public borrowing func observe(
        _ inputs: [String: Tensor], _ body: (Observation) throws(BitdepthError) -> Void
    ) throws(BitdepthError) {
        _ = try run(values: inputs.mapValues(Value.tensor), observing: body)
    }
}

/// A value of the graph after a run. `elements` are valid only inside the closure that receives it.
public struct Observation {
    public let value: ValueName
    /// The shape as the graph states it.
    public let shape: Shape
    /// How `elements` lie in memory; the first axis is outermost in each layout.
    public let layout: Layout
    public let elements: UnsafeBufferPointer<Float>
}
