import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors

/// A graph ready to run: programs are compiled when an input shape is first met, and kept. Shared by any number of tasks.
public final class CompiledGraph: Sendable {
    public let graph: Graph
    public let options: CompileOptions
    let pool: ThreadPool?
    private let programs: Lock<ProgramCache>

    /// - Parameter threads: Threads that each run uses, the calling one included.
    public init(_ graph: Graph, options: CompileOptions = CompileOptions(), threads: Int = 1) throws(BitdepthError) {
        try graph.validate()
        var graph = graph
        // Tapped values must survive, so a graph with taps is taken as it is.
        if options.taps.isEmpty, options.normalizes { _ = try PassPipeline.standard.run(&graph) }
        self.graph = graph
        self.options = options
        pool = threads > 1 ? ThreadPool(threadCount: threads) : nil
        programs = Lock(ProgramCache())
    }

    public var threads: Int { pool?.threadCount ?? 1 }

    /// How many parts of work each thread has done so far; empty for one thread.
    public var executedParts: [Int] { pool?.executedParts ?? [] }

    /// How many programs are kept.
    var cachedProgramCount: Int { programs.withLock { $0.count } }

    /// A new session with an arena of its own.
    public func makeSession() -> Session { Session(self) }

    /// The program for the shapes of these inputs, compiled now if it was not before.
    public func program(for inputs: [String: Tensor]) throws(BitdepthError) -> Program {
        let types = try checkedTypes(inputs)
        return try programs.withLock { (cache: inout ProgramCache) throws(BitdepthError) -> Program in
            if let program = cache[types] { return program }
            let program = try Compiler(graph, options: options).program(for: types)
            cache.insert(program, for: types)
            return program
        }
    }

    /// The inputs' types, checked against what the graph declares.
    private func checkedTypes(_ inputs: [String: Tensor]) throws(BitdepthError) -> [ValueName: TensorType] {
        var types: [ValueName: TensorType] = [:]
        let ports = graph.requiredInputs
        for port in graph.inputs {
            guard let tensor = inputs[port.name.text] else {
                if graph.initializers[port.name] != nil { continue }
                throw BitdepthError(
                    .badData, "input \"\(port.name)\" is missing", at: .init(tensor: port.name.text),
                    help: ["the model's inputs are \(ports.map(\.name.text).joined(separator: ", "))"])
            }
            if let declared = port.type { try check(tensor, port.name, declared) }
            types[port.name] = TensorType(of: tensor)
        }
        if let unknown = inputs.keys.sorted().first(where: { name in !graph.inputs.contains { $0.name.text == name } })
        {
            throw BitdepthError(
                .badData, "the model has no input \"\(unknown)\"",
                help: ["its inputs are \(ports.map(\.name.text).joined(separator: ", "))"])
        }
        return types
    }

    private func check(_ tensor: Tensor, _ name: ValueName, _ declared: TensorType) throws(BitdepthError) {
        let fits = declared.shape.dimensions.map { dimensions in
            dimensions.count == tensor.shape.rank
                && zip(dimensions, tensor.shape.dimensions).allSatisfy { $0.value == nil || $0.value == $1 }
        }
        guard declared.element == tensor.type, fits ?? true else {
            throw BitdepthError(
                .badData, "input \"\(name)\" is \(tensor), the model takes \(declared)", at: .init(tensor: name.text))
        }
    }
}

/// The programs of a graph by input types; the oldest leaves when there are too many.
struct ProgramCache {
    private var entries: [(types: [ValueName: TensorType], program: Program)] = []
    private static let capacity = 16

    var count: Int { entries.count }

    subscript(types: [ValueName: TensorType]) -> Program? { entries.first { $0.types == types }?.program }

    mutating func insert(_ program: Program, for types: [ValueName: TensorType]) {
        if entries.count == ProgramCache.capacity { entries.removeFirst() }
        entries.append((types, program))
    }
}
