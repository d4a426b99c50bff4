import BitdepthTensors

/// A program with memory to run in: what one session holds of it.
final class BoundProgram {
    let program: Program
    let arena: AlignedMemory
    private let calls: CallList
    /// How many phases of the list the steps up to each have.
    private let ends: [Int]

    init(_ program: Program, threads: Int) throws(BitdepthError) {
        let arena = try AlignedMemory(count: program.memory.arenaBytes)
        let frame = Frame(arena: arena.base, constants: program.constants.base)
        var calls = CallList(threads: threads)
        var ends: [Int] = []
        for step in program.steps {
            step.bind(to: frame, &calls)
            ends.append(calls.phases.count)
        }
        self.program = program
        self.arena = arena
        self.calls = calls
        self.ends = ends
    }

    /// Runs all steps on inputs that are in their places.
    func run(on pool: ThreadPool?) throws(BitdepthError) { try calls.run(on: pool) }

    /// Runs one step; those before it have run. A call that joins the next step's is part of that one.
    func run(step: Int, on pool: ThreadPool?) throws(BitdepthError) {
        try calls.run((step > 0 ? ends[step - 1] : 0)..<ends[step], on: pool)
    }
}

/// The programs that one session has run, with their memory: inputs of another shape need another program.
final class SessionMemory {
    private var programs: [BoundProgram] = []
    /// What the session's own inputs and outputs lie in.
    private var prepared: PreparedRun?
    private static let capacity = 16

    func bound(_ program: Program, threads: Int) throws(BitdepthError) -> BoundProgram {
        if let found = programs.first(where: { $0.program === program }) { return found }
        let bound = try BoundProgram(program, threads: threads)
        if programs.count == SessionMemory.capacity { programs.removeFirst() }
        programs.append(bound)
        return bound
    }

    /// Makes a program whose inputs and outputs the caller writes and reads in place.
    func prepare(_ graph: CompiledGraph, _ shapes: [String: Shape]) throws(BitdepthError) -> PreparedRun {
        let made = try PreparedRun(try bound(try graph.program(shapes: shapes), threads: graph.threads))
        prepared = made
        return made
    }

    /// What was prepared last; if nothing was, the program for the shapes that the graph states.
    func preparedRun(of graph: CompiledGraph) throws(BitdepthError) -> PreparedRun {
        if let prepared { return prepared }
        return try prepare(graph, [:])
    }
}
