import BitdepthGraphs
import BitdepthTensors

/// One arena to run a compiled graph in: owned by one caller, not shared. Any number of sessions may run the same graph.
public struct Session: ~Copyable {
    let graph: CompiledGraph
    let arenas: ArenaCache

    init(_ graph: CompiledGraph) {
        self.graph = graph
        arenas = ArenaCache()
    }

    /// Runs the graph: named inputs in, all outputs by name out. The inputs' element types and shapes are checked.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input.
    public borrowing func run(_ inputs: [String: Tensor]) throws(BitdepthError) -> [String: Tensor] {
        let program = try graph.program(for: inputs)
        let arena = try arenas.arena(for: program)
        try execute(program, arena, inputs)
        var results: [String: Tensor] = [:]
        for output in program.outputs { results[output.name.text] = try output.tensor(in: arena.base) }
        return results
    }

    /// Runs the graph and lets `body` look at every tapped value in turn, as FP32 in the arena.
    public borrowing func observe(
        _ inputs: [String: Tensor], _ body: (Observation) throws(BitdepthError) -> Void
    ) throws(BitdepthError) {
        let program = try graph.program(for: inputs)
        let arena = try arenas.arena(for: program)
        try execute(program, arena, inputs)
        for tap in program.taps {
            let base = (arena.base + tap.location.offset).assumingMemoryBound(to: Float.self)
            try body(
                Observation(
                    value: tap.name, shape: tap.shape, layout: tap.layout,
                    elements: UnsafeBufferPointer(start: base, count: tap.shape.count)))
        }
    }

    private borrowing func execute(_ program: Program, _ arena: AlignedMemory, _ inputs: [String: Tensor])
        throws(BitdepthError)
    {
        let frame = try frame(for: program, arena, inputs)
        for step in program.steps { try step.run(frame) }
    }

    /// What the steps work on, the inputs in their places.
    borrowing func frame(
        for program: Program, _ arena: AlignedMemory, _ inputs: [String: Tensor]
    ) throws(BitdepthError) -> Frame {
        let frame = Frame(arena: arena.base, constants: program.constants.base, pool: graph.pool)
        for input in program.inputs {
            guard let location = input.location, let tensor = inputs[input.name.text] else { continue }
            let stored = input.stored == tensor.type ? tensor : try tensor.converted(to: input.stored)
            try stored.withBytes { bytes in
                if let base = bytes.baseAddress {
                    frame.pointer(location).copyMemory(from: base, byteCount: bytes.count)
                }
            }
        }
        return frame
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

/// The arenas of one session, by program: inputs of another shape need another arena.
final class ArenaCache {
    private var arenas: [(program: Program, arena: AlignedMemory)] = []
    private static let capacity = 4

    func arena(for program: Program) throws(BitdepthError) -> AlignedMemory {
        if let found = arenas.first(where: { $0.program === program }) { return found.arena }
        let arena = try AlignedMemory(count: program.arenaBytes)
        if arenas.count == ArenaCache.capacity { arenas.removeFirst() }
        arenas.append((program, arena))
        return arena
    }
}

extension OutputBinding {
    func tensor(in arena: UnsafeMutableRawPointer) throws(BitdepthError) -> Tensor {
        let found = try Tensor(shape: shape, type: stored) { buffer in
            buffer.copyMemory(from: UnsafeRawBufferPointer(start: arena + location.offset, count: buffer.count))
        }
        return element == stored ? found : try found.converted(to: element)
    }
}
