import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// A graph ready to run: programs are compiled when an input shape is first met, and kept. Shared by any number of tasks.
public final class CompiledGraph: Sendable {
    public let graph: Graph
    public let options: CompileOptions
    let pool: ThreadPool?
    private let plans: Lock<PlanCache>

    /// - Parameter threads: Threads that each run uses, the calling one included.
    public init(_ graph: Graph, options: CompileOptions = CompileOptions(), threads: Int = 1) throws(BitdepthError) {
        try graph.validate()
        var graph = graph
        // Tapped values must survive, so a graph with taps is taken as it is.
        if options.taps.isEmpty, options.normalizes { _ = try PassPipeline.standard.run(&graph) }
        self.graph = graph
        self.options = options
        pool = threads > 1 ? ThreadPool(threadCount: threads) : nil
        plans = Lock(PlanCache())
    }

    /// A part of a graph that is compiled already; it runs on the threads of the whole.
    init(part graph: Graph, options: CompileOptions, pool: ThreadPool?) {
        self.graph = graph
        self.options = options
        self.pool = pool
        plans = Lock(PlanCache())
    }

    public var threads: Int { pool?.threadCount ?? 1 }

    /// How many parts of work each thread has done so far; empty for one thread.
    public var executedParts: [Int] { pool?.executedParts ?? [] }

    /// How many plans are kept.
    var cachedProgramCount: Int { plans.withLock { $0.count } }

    /// A new session with memory of its own.
    public func makeSession() -> Session { Session(self) }

    /// The program for the shapes of these inputs, compiled now if it was not before.
    ///
    /// - Throws: ``BitdepthError/Code/unknownShape`` for a graph that one program cannot hold: see ``work(for:)``.
    public func program(for inputs: [String: Tensor]) throws(BitdepthError) -> Program {
        try program(for: InputTypes(try checkedValues(inputs)))
    }

    /// As ``program(for:)``, for inputs of the shapes that the graph states, or of given ones where it leaves them open.
    public func program(shapes: [String: Shape]) throws(BitdepthError) -> Program {
        try program(for: try inputTypes(shapes))
    }

    func program(for types: InputTypes) throws(BitdepthError) -> Program {
        guard case .program(let program) = try plan(for: types) else {
            throw BitdepthError(.unknownShape, "some shapes of the graph are known only in running")
        }
        return program
    }

    /// How the graph runs for values of these types, decided now if it was not before.
    func plan(for inputs: [ValueName: Value]) throws(BitdepthError) -> ExecutionPlan {
        try plan(for: InputTypes(inputs))
    }

    func plan(for types: InputTypes) throws(BitdepthError) -> ExecutionPlan {
        try plans.withLock { (cache: inout PlanCache) throws(BitdepthError) -> ExecutionPlan in
            if let plan = cache[types] { return plan }
            let plan = try Compiler(graph, options: options).plan(for: types, pool: pool)
            cache.insert(plan, for: types)
            return plan
        }
    }
}

/// What decides how a graph is run: the types of its tensors, the kinds of its other inputs.
struct InputTypes: Sendable, Equatable {
    var tensors: [ValueName: TensorType] = [:]
    var others: [ValueName: ValueKind] = [:]

    init() {}

    init(_ values: [ValueName: Value]) {
        for (name, value) in values {
            if case .tensor(let tensor) = value {
                tensors[name] = TensorType(of: tensor)
            } else {
                others[name] = value.kind
            }
        }
    }
}

/// The plans of a graph by input types; the oldest leaves when there are too many.
struct PlanCache {
    private var entries: [(types: InputTypes, plan: ExecutionPlan)] = []
    private static let capacity = 16

    var count: Int { entries.count }

    subscript(types: InputTypes) -> ExecutionPlan? { entries.first { $0.types == types }?.plan }

    mutating func insert(_ plan: ExecutionPlan, for types: InputTypes) {
        if entries.count == PlanCache.capacity { entries.removeFirst() }
        entries.append((types, plan))
    }
}
