import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

/// Runs a float graph over samples and collects statistics of its values: one pass, constant memory.
public struct Calibrator: Sendable {
    public let graph: Graph
    /// The values to observe.
    public let values: [ValueName]
    public var threads: Int
    public var instructionSet: InstructionSet
    /// A graph that this does not hold is run segment by segment, with the same statistics; `nil` for no bound.
    public var memory: MemoryBudget?

    public init(_ graph: Graph, observing values: [ValueName], threads: Int = 1, instructionSet: InstructionSet = .best)
    {
        self.graph = graph
        self.values = values
        self.threads = threads
        self.instructionSet = instructionSet
    }

    /// Statistics of each value over all samples; the same bytes for every order of the samples and every number of threads.
    ///
    /// - Throws: ``BitdepthError/Code/notANumber`` for NaN anywhere or an infinity in an input, naming sample, node and
    ///   tensor; ``BitdepthError/Code/noSamples``; what the samples and the graph throw.
    public func statistics(
        over samples: any SampleSource, progress: SampleProgress? = nil
    ) throws(BitdepthError) -> CalibrationStatistics {
        guard samples.count > 0 else { throw BitdepthError(.noSamples, "\(samples.summary) has no samples") }
        if let memory, !memory.holds(graph) { return try statistics(over: samples, within: memory, progress) }
        let compiled = try CompiledGraph(graph, options: CompileOptions(instructionSet: instructionSet, taps: values))
        let counter = ProgressCounter(total: samples.count, progress)
        let inputs = InputCheck(graph)
        let origins = ValueOrigins(graph)
        let work = ChunkedWork(count: samples.count, threads: threads)
        let statistics = try work.fold(into: CalibrationStatistics(), combine: { $0.merge($1) }) {
            range throws(BitdepthError) -> CalibrationStatistics in
            let session = compiled.makeSession()
            var statistics = CalibrationStatistics()
            for index in range {
                guard let sample = try samples.sampleIfReadable(at: index) else { continue }
                try locating(.init(sample: sample.name)) { () throws(BitdepthError) in
                    try inputs.check(sample)
                    do throws(BitdepthError) {
                        try session.observe(sample.tensors) { observation throws(BitdepthError) in
                            try statistics.observe(observation, origins)
                        }
                    } catch {
                        throw error.code == .notANumber ? firstNotANumber(sample) ?? error : error
                    }
                }
                statistics.sampleCount += 1
                try counter.advance()
            }
            return statistics
        }
        guard statistics.sampleCount > 0 else { throw samples.noneReadable }
        return statistics
    }

    /// The error of the first node whose result holds NaN: what was observed may lie far behind it. `nil` when the sample
    /// cannot be run with everything observed.
    private func firstNotANumber(_ sample: Sample) -> BitdepthError? {
        guard let everything = floatResults else { return nil }
        let options = CompileOptions(instructionSet: instructionSet, taps: everything)
        guard let compiled = try? CompiledGraph(graph, options: options) else { return nil }
        var statistics = CalibrationStatistics()
        let origins = ValueOrigins(graph)
        do throws(BitdepthError) {
            try compiled.makeSession().observe(sample.tensors) { observation throws(BitdepthError) in
                try statistics.observe(observation, origins)
            }
        } catch {
            return error.code == .notANumber ? error : nil
        }
        return nil
    }

    /// All float values that nodes compute, producers first; `nil` when their types cannot be told.
    var floatResults: [ValueName]? {
        guard let facts = try? ShapeInference.facts(of: graph), let order = try? graph.topologicalOrder() else {
            return nil
        }
        return order.flatMap { graph.nodes[$0].outputs.compactMap { $0 } }
            .filter { facts[$0]?.element.isWideFloat ?? false }
    }
}

/// Statistics by value.
public struct CalibrationStatistics: Sendable, Equatable {
    public private(set) var byValue: [ValueName: TensorStatistics] = [:]
    public internal(set) var sampleCount = 0

    public init() {}

    public subscript(value: ValueName) -> TensorStatistics? { byValue[value] }

    /// Adds everything that other statistics of the same graph have seen.
    public mutating func merge(_ other: CalibrationStatistics) {
        for (value, statistics) in other.byValue { byValue[value, default: TensorStatistics()].merge(statistics) }
        sampleCount += other.sampleCount
    }

    /// Bytes that all counters take.
    public var memoryFootprint: Int { byValue.values.reduce(0) { $0 + $1.memoryFootprint } }

    /// Values in which infinities were met and left out, with their number: masks of −inf, mostly.
    public var infinities: [(value: ValueName, count: UInt64)] {
        byValue.map { ($0.key, $0.value.positiveInfinityCount + $0.value.negativeInfinityCount) }
            .filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    }

    mutating func observe(_ observation: Observation, _ origins: ValueOrigins) throws(BitdepthError) {
        let before = byValue[observation.value]?.notANumberCount ?? 0
        byValue[observation.value, default: TensorStatistics()].observe(sample: observation.elements)
        guard (byValue[observation.value]?.notANumberCount ?? 0) == before else {
            throw BitdepthError(
                .notANumber, "NaN in \(observation.value)",
                at: origins.place(of: observation.value),
                help: ["a NaN mostly comes from the data, from a division by zero or from an overflow"])
        }
    }
}

/// Which node each value comes from, for messages.
struct ValueOrigins: Sendable {
    private let places: [ValueName: BitdepthError.Place]

    init(_ graph: Graph) {
        var places: [ValueName: BitdepthError.Place] = [:]
        for node in graph.nodes {
            for case let output? in node.outputs { places[output] = node.place.inside(.init(tensor: output.text)) }
        }
        self.places = places
    }

    func place(of value: ValueName) -> BitdepthError.Place { places[value] ?? .init(tensor: value.text) }
}

/// Refuses inputs with NaN or infinities.
struct InputCheck: Sendable {
    private let names: [String]

    init(_ graph: Graph) { names = graph.requiredInputs.map(\.name.text) }

    func check(_ sample: Sample) throws(BitdepthError) {
        for name in names {
            guard let tensor = sample.tensors[name], tensor.type.isFloatingPoint else { continue }
            let values = try tensor.floats()
            if let bad = values.firstIndex(where: { !$0.isFinite }) {
                throw BitdepthError(
                    .notANumber, "input \"\(name)\" has \(values[bad]) at element \(bad)", at: .init(tensor: name))
            }
        }
    }
}
