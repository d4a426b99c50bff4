import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors

/// What reaches the branches of a graph's If nodes: for each branch the samples that take it, as the values it captures.
struct BranchSamples {
    /// By the position of the node and the name of the branch's attribute.
    private var taken: [Branch: [Sample]] = [:]

    private struct Branch: Hashable {
        var position: Int
        var attribute: String
    }

    init(
        _ graph: Graph, _ bodies: [BodyPlan], over samples: any SampleSource, options: CompileOptions
    ) throws(BitdepthError) {
        let branches = bodies.filter { graph.nodes[$0.position].op == "If" }
        guard !branches.isEmpty else { return }
        let given = Set(graph.inputs.map(\.name))
        let conditions = branches.compactMap { graph.nodes[$0.position].input(0) }
        let read = Set(conditions + branches.flatMap { $0.closed.graph.inputs.map(\.name) }).subtracting(given)
        var before = graph
        before.outputs = read.sorted().map { Graph.Port($0, nil) }
        let session = try read.isEmpty ? nil : CompiledGraph(before, options: options).makeSession()
        for index in 0..<samples.count {
            guard let sample = try samples.sampleIfReadable(at: index) else { continue }
            var values = sample.tensors
            for case (let name, .tensor(let value)) in try session?.run(
                values: values.mapValues(Value.tensor)) ?? [:]
            { values[name] = value }
            for body in branches { try add(values, of: sample, to: body, graph.nodes[body.position]) }
        }
    }

    private mutating func add(
        _ values: [String: Tensor], of sample: Sample, to body: BodyPlan, _ node: Node
    ) throws(BitdepthError) {
        guard let condition = node.input(0).flatMap({ values[$0.text] }), let choice = try condition.integers().first,
            (choice != 0) == (body.attribute == "then_branch")
        else { return }
        var captured: [String: Tensor] = [:]
        for input in body.closed.graph.inputs { captured[input.name.text] = values[input.name.text] }
        // Sequences and what is not there are no samples.
        guard captured.count == body.closed.graph.inputs.count else { return }
        taken[Branch(position: body.position, attribute: body.attribute), default: []].append(
            Sample(name: sample.name, captured))
    }

    /// Those of one body; none of bodies that are no branches.
    subscript(body: BodyPlan) -> SampleArray {
        SampleArray(taken[Branch(position: body.position, attribute: body.attribute)] ?? [])
    }
}
