import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

/// Runs a graph that does not fit memory: segment by segment, each with its constants over all samples, then dropped.
///
/// Every value is what it would be in one run of the whole graph, bit for bit.
public struct SegmentedRun: Sendable {
    private let cut: Segmentation
    private let budget: MemoryBudget
    private let options: CompileOptions
    private let threads: Int
    private let taps: [[ValueName]]
    private let outputs: [[ValueName]]
    /// The last segment that reads a value; `Int.max` for those that the caller wants.
    private let lastReaders: [ValueName: Int]
    /// Inputs and outputs of 16-bit floats; in between FP32 is computed.
    private let halves: [ValueName: ElementType]

    /// - Parameters:
    ///   - taps: Float values to observe.
    ///   - outputs: Values to give out.
    ///   - threads: Threads that each run uses, the calling one included.
    public init(
        _ graph: Graph, budget: MemoryBudget, taps: [ValueName] = [], outputs: [ValueName] = [],
        instructionSet: InstructionSet = .best, threads: Int = 1
    ) throws(BitdepthError) {
        try graph.validate()
        halves = SegmentedRun.halves(of: graph)
        let graph = try WidenHalfPrecision().applied(to: graph)
        let cut = try Segmentation(graph, wanted: Set(taps + outputs), budget: budget)
        var lastReaders: [ValueName: Int] = [:]
        for segment in cut.segments.indices {
            for name in cut.reads(of: segment) { lastReaders[name] = segment }
        }
        for name in taps where lastReaders[name] == nil { lastReaders[name] = cut.homes[name] }
        for name in outputs { lastReaders[name] = .max }
        var handed = [[ValueName]](repeating: [], count: cut.segments.count)
        for (name, home) in cut.homes {
            guard let last = lastReaders[name], last > home, cut.index.producer[name] != nil || last == .max else {
                continue
            }
            handed[home].append(name)
        }
        self.cut = cut
        self.budget = budget
        self.threads = threads
        self.lastReaders = lastReaders
        self.outputs = handed.map { $0.sorted() }
        self.taps = cut.segments.indices.map { segment in taps.filter { cut.homes[$0] == segment } }
        options = CompileOptions(instructionSet: instructionSet, normalizes: false)
    }

    /// Looks at one value of one sample, known by its number.
    public typealias Observer = (_ sample: Int, Observation) throws(BitdepthError) -> Void

    /// Runs all samples through all segments.
    ///
    /// - Parameters:
    ///   - check: Is shown every sample before any of them runs.
    ///   - progress: Is told in samples, as if each ran once.
    /// - Returns: The outputs of each sample that can be read; large ones may lie in a temporary file.
    /// - Throws: ``BitdepthError/Code/noSamples`` when none can; what running the graph, the samples and the observer
    ///   throw, with the sample's name.
    public func run(
        over samples: any SampleSource, check: (Sample) throws(BitdepthError) -> Void = { _ in },
        progress: SampleProgress? = nil, observing observer: Observer = { _, _ in }
    ) throws(BitdepthError) -> [[ValueName: Value]] {
        var held = HeldValues(samples: samples.count, budget: budget)
        let groups = try collect(samples, check, into: &held)
        var done = 0
        for segment in cut.segments.indices {
            held.beginSegment()
            for group in groups.all {
                let part = try cut.part(
                    segment, outputs: outputs[segment], observed: taps[segment], given: Set(group.types.keys),
                    facts: group.facts)
                guard !part.outputs.isEmpty || !taps[segment].isEmpty else { continue }
                var options = options
                options.taps = taps[segment]
                let session = try CompiledGraph(part, options: options, threads: threads).makeSession()
                for sample in group.samples {
                    try locating(.init(sample: groups.names[sample] ?? "")) { () throws(BitdepthError) in
                        try run(session, part, sample, &held, observer)
                    }
                    for name in part.inputs.map(\.name) where lastReaders[name] == segment {
                        held.remove(name, of: sample)
                    }
                    done += 1
                    try progress?(done / cut.segments.count, samples.count)
                }
            }
        }
        var results: [[ValueName: Value]] = []
        for sample in groups.names.keys.sorted() { results.append(try narrowed(held.values[sample])) }
        return results
    }

    private static func halves(of graph: Graph) -> [ValueName: ElementType] {
        let types = (graph.inputs + graph.outputs).map { ($0.name, $0.type?.element) }
        return Dictionary(types, uniquingKeysWith: { first, _ in first }).compactMapValues { $0 }.filter {
            $0.value.isHalf
        }
    }

    /// The outputs among the values of a sample, in the types that the graph states for them.
    private func narrowed(_ values: [ValueName: Value]) throws(BitdepthError) -> [ValueName: Value] {
        // What became a constant for the last segment that reads it was never taken back.
        var values = values.filter { lastReaders[$0.key] == Int.max }
        for (name, value) in values {
            guard let element = halves[name], case .tensor(let tensor) = value else { continue }
            values[name] = .tensor(try tensor.converted(to: element))
        }
        return values
    }

    /// Reads all samples, and keeps of them what segments read.
    private func collect(
        _ samples: any SampleSource, _ check: (Sample) throws(BitdepthError) -> Void, into held: inout HeldValues
    ) throws(BitdepthError) -> SampleGroups {
        var groups = SampleGroups()
        for index in 0..<samples.count {
            guard var sample = try samples.sampleIfReadable(at: index) else { continue }
            try locating(.init(sample: sample.name)) { () throws(BitdepthError) in try check(sample) }
            for (name, tensor) in sample.tensors where halves[ValueName(name)] == tensor.type {
                sample.tensors[name] = try tensor.converted(to: .float32)
            }
            groups.add(sample, number: index)
            for (name, tensor) in sample.tensors {
                let name = ValueName(name)
                guard lastReaders[name] != nil else { continue }
                try held.add(.tensor(tensor), as: name, of: index)
            }
        }
        guard !groups.all.isEmpty else { throw samples.noneReadable }
        try groups.learn { types throws(BitdepthError) in try facts(types) }
        return groups
    }

    private func run(
        _ session: borrowing Session, _ part: Graph, _ sample: Int, _ held: inout HeldValues, _ observer: Observer
    ) throws(BitdepthError) {
        var inputs: [String: Value] = [:]
        for port in part.inputs { inputs[port.name.text] = held[sample, port.name] }
        let results = try session.run(values: inputs) { observation throws(BitdepthError) in
            try observer(sample, observation)
        }
        for port in part.outputs {
            if let value = results[port.name.text] { try held.add(value, as: port.name, of: sample) }
        }
    }

    /// What the types of the inputs tell of the values between segments.
    private func facts(_ types: [ValueName: TensorType]) throws(BitdepthError) -> [ValueName: Fact] {
        var graph = cut.graph
        // Of the inputs with a default, those that are given are inputs and the others constants.
        graph.inputs.removeAll { graph.initializers[$0.name] != nil && types[$0.name] == nil }
        for input in graph.inputs { graph.initializers[input.name] = nil }
        let known = types.filter { name, _ in graph.inputs.contains { $0.name == name } }
        return try ShapeInference.facts(of: graph, inputs: known).filter { lastReaders[$0.key] != nil }
    }
}
