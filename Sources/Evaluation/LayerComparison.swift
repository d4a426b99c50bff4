import BitdepthDataSources
import BitdepthGraphs
import BitdepthMetrics
import BitdepthRuntime
import BitdepthTensors

/// What a quantized model lost at each layer: the same values of two graphs, side by side.
public struct LayerComparison: Sendable {
    public struct Layer: Sendable {
        /// The value in the float graph.
        public var value: ValueName
        public var node: String
        public var operatorType: String
        public var signalToNoise: SignalToQuantizationNoise
        public var cosine: CosineSimilarity
        public var largestError: MaximumAbsoluteError
    }

    /// In the order of the graph.
    public var layers: [Layer]
    public var sampleCount: Int

    /// That of no layers.
    public static let none = LayerComparison(layers: [], sampleCount: 0)

    /// The layers that are farthest from the float model, worst first.
    public func worst(_ count: Int) -> [Layer] {
        Array(
            layers.sorted {
                ($0.signalToNoise.decibels ?? .infinity, $0.value) < ($1.signalToNoise.decibels ?? .infinity, $1.value)
            }.prefix(count))
    }

    /// - Parameters:
    ///   - float: The float graph.
    ///   - quantized: The graph made from it; values keep their names, dequantized forms have ``dequantizedSuffix``.
    public static func compare(
        _ float: Graph, _ quantized: Graph, on samples: any SampleSource, threads: Int = 1,
        instructionSet: InstructionSet = .best, progress: SampleProgress? = nil
    ) throws(BitdepthError) -> LayerComparison {
        guard samples.count > 0 else { throw BitdepthError(.noSamples, "\(samples.summary) has no samples") }
        let pairs = LayerComparison.pairs(float, quantized)
        let left = try CompiledGraph(
            float, options: CompileOptions(instructionSet: instructionSet, taps: pairs.map(\.float), tapsArePlain: true)
        )
        let right = try CompiledGraph(
            quantized,
            options: CompileOptions(instructionSet: instructionSet, taps: pairs.map(\.quantized), tapsArePlain: true))
        let counter = ProgressCounter(total: samples.count, progress)
        let chunks = try ChunkedWork(count: samples.count, chunk: 4, threads: threads).map {
            range throws(BitdepthError) -> (metrics: [PairMetrics], samples: Int) in
            let floatSession = left.makeSession()
            let quantizedSession = right.makeSession()
            var metrics = [PairMetrics](repeating: PairMetrics(), count: pairs.count)
            var read = 0
            for index in range {
                guard let sample = try samples.sampleIfReadable(at: index) else { continue }
                var reference: [ValueName: [Float]] = [:]
                try floatSession.observe(sample.tensors) { reference[$0.value] = Array($0.elements) }
                var found: [ValueName: [Float]] = [:]
                try quantizedSession.observe(sample.tensors) { found[$0.value] = Array($0.elements) }
                for (position, pair) in pairs.enumerated() {
                    guard let expected = reference[pair.float], let values = found[pair.quantized] else { continue }
                    try metrics[position].add(expected, values)
                }
                read += 1
                try counter.advance()
            }
            return (metrics, read)
        }
        let read = chunks.reduce(0) { $0 + $1.samples }
        guard read > 0 else { throw samples.noneReadable }
        var merged = [PairMetrics](repeating: PairMetrics(), count: pairs.count)
        for chunk in chunks { for position in pairs.indices { merged[position].merge(chunk.metrics[position]) } }
        let layers = zip(pairs, merged).map { pair, metrics in
            Layer(
                value: pair.float, node: pair.node.label, operatorType: pair.node.op.type, signalToNoise: metrics.noise,
                cosine: metrics.cosine, largestError: metrics.error)
        }
        return LayerComparison(layers: layers, sampleCount: read)
    }

    /// How the dequantized form of a value is called.
    public static let dequantizedSuffix = "_DequantizeLinear_Output"

    struct Pair: Sendable {
        var float: ValueName
        var quantized: ValueName
        var node: Node
    }

    /// Float values of the first graph that the second one also has, dequantized or as they are.
    private static func pairs(_ float: Graph, _ quantized: Graph) -> [Pair] {
        let produced = GraphIndex(quantized).producer
        let index = GraphIndex(float)
        let byCodes = dequantizedValues(of: quantized)
        func named(_ value: ValueName) -> ValueName? {
            let dequantized = ValueName(value.text + dequantizedSuffix)
            if produced[dequantized] != nil { return dequantized }
            return produced[value].flatMap {
                quantized.nodes[$0].op == "DequantizeLinear" || isIntegerSum($0) ? value : nil
            }
        }
        // A sum of codes whose result nobody reads as codes gives floats.
        func isIntegerSum(_ position: Int) -> Bool {
            let node = quantized.nodes[position]
            return node.inputs.prefix(2).count == 2
                && node.inputs.prefix(2).allSatisfy { name in
                    name.flatMap { produced[$0] }.map { quantized.nodes[$0].op == "DequantizeLinear" } ?? false
                }
        }
        func coded(_ value: ValueName) -> ValueName? {
            codesSuffixes.lazy.compactMap { byCodes[ValueName(value.text + $0)] }.first
        }
        var pairs: [Pair] = []
        for node in float.nodes {
            guard let value = node.output(0) else { continue }
            if let found = named(value) {
                pairs.append(Pair(float: value, quantized: found, node: node))
            } else if let found = coded(value) {
                // Where a Relu or Clip vanished into the codes' range, its result is what the codes hold.
                let reader = index.onlyConsumer(of: value).map { float.nodes[$0] }
                let clamped = reader.flatMap { $0.op == "Relu" || $0.op == "Clip" ? $0.output(0) : nil }
                let isLost = clamped.map { named($0) == nil && coded($0) == nil } ?? false
                pairs.append(Pair(float: isLost ? clamped ?? value : value, quantized: found, node: node))
            }
        }
        return pairs
    }

    /// How tools call the codes of a value; operators that take codes to codes leave no other name.
    private static let codesSuffixes = ["_QuantizeLinear_Output", "_quantized"]

    /// The dequantized form of codes, by the codes' name.
    private static func dequantizedValues(of graph: Graph) -> [ValueName: ValueName] {
        Dictionary(
            graph.nodes.compactMap { node in
                guard node.op == "DequantizeLinear", let codes = node.input(0), let value = node.output(0) else {
                    return nil
                }
                return (codes, value)
            }, uniquingKeysWith: { first, _ in first })
    }

    private struct PairMetrics: Sendable {
        var noise = SignalToQuantizationNoise()
        var cosine = CosineSimilarity()
        var error = MaximumAbsoluteError()

        mutating func add(_ reference: [Float], _ values: [Float]) throws(BitdepthError) {
            try noise.add(reference: reference, values)
            try cosine.add(reference: reference, values)
            try error.add(reference: reference, values)
        }

        mutating func merge(_ other: Self) {
            noise.merge(other.noise)
            cosine.merge(other.cosine)
            error.merge(other.error)
        }
    }
}
