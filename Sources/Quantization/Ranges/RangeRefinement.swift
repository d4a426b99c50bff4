import BitdepthCalibration
import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthMetrics
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors

/// The second pass of `auto`: for each value, which of some candidate ranges harms the outputs of its consumers least.
///
/// Each value is tried alone: its consumers run on the float values that calibration would see, once as they are and once
/// per candidate with the value quantized.
struct RangeRefinement {
    let graph: Graph
    let facts: [ValueName: Fact]
    let scheme: QuantizationScheme
    let threads: Int
    let instructionSet: InstructionSet

    /// - Parameter candidates: Distinct ranges by value; the first is taken when several are equally good.
    func choose(
        _ candidates: [ValueName: [ClosedRange<Double>]], over samples: any SampleSource, progress: SampleProgress?
    ) throws(BitdepthError) -> [ValueName: ClosedRange<Double>] {
        var found: [Trial] = []
        for (value, ranges) in candidates.sorted(by: { $0.key < $1.key }) where ranges.count > 1 {
            if let trial = try Trial(value, ranges, self) { found.append(trial) }
        }
        let trials = found
        let taps = Set(trials.flatMap(\.needed)).subtracting(graph.inputs.map(\.name)).sorted()
        let whole = try CompiledGraph(
            graph, options: CompileOptions(instructionSet: instructionSet, taps: taps, tapsArePlain: true))
        let counter = ProgressCounter(total: samples.count, progress)
        let chunks = try ChunkedWork(count: samples.count, chunk: 4, threads: threads).map {
            range throws(BitdepthError) -> [[SignalToQuantizationNoise]] in
            let session = whole.makeSession()
            var noises = trials.map { [SignalToQuantizationNoise](repeating: .init(), count: $0.ranges.count) }
            for index in range {
                guard let sample = try samples.sampleIfReadable(at: index) else { continue }
                var values = sample.tensors
                try session.observe(sample.tensors) { observation throws(BitdepthError) in
                    values[observation.value.text] = try Tensor(Array(observation.elements), shape: observation.shape)
                }
                for (position, trial) in trials.enumerated() { try trial.measure(values, into: &noises[position]) }
                try counter.advance()
            }
            return noises
        }
        return best(trials, chunks, candidates)
    }

    private func best(
        _ trials: [Trial], _ chunks: [[[SignalToQuantizationNoise]]], _ candidates: [ValueName: [ClosedRange<Double>]]
    ) -> [ValueName: ClosedRange<Double>] {
        var chosen = candidates.compactMapValues(\.first)
        for (position, trial) in trials.enumerated() {
            var noises = [SignalToQuantizationNoise](repeating: .init(), count: trial.ranges.count)
            for chunk in chunks { for index in noises.indices { noises[index].merge(chunk[position][index]) } }
            var winner = 0
            for index in noises.indices.dropFirst()
            where (noises[index].decibels ?? -.infinity) > (noises[winner].decibels ?? -.infinity) { winner = index }
            chosen[trial.value] = trial.ranges[winner]
        }
        return chosen
    }

    /// The consumers of one value as a graph of their own, as they are and with the value quantized to each range.
    private struct Trial: Sendable {
        let value: ValueName
        let ranges: [ClosedRange<Double>]
        /// Values that the consumers read and the float graph computes.
        let needed: [ValueName]
        private let reference: CompiledGraph
        private let quantized: [CompiledGraph]

        /// `nil` when nobody reads the value, or a reader needs more than floats and the graph's inputs.
        init?(_ value: ValueName, _ ranges: [ClosedRange<Double>], _ refinement: RangeRefinement) throws(BitdepthError)
        {
            let graph = refinement.graph
            let index = GraphIndex(graph)
            let consumers = Set(index.consumers[value] ?? []).sorted()
            guard !consumers.isEmpty else { return nil }
            let nodes = consumers.map { graph.nodes[$0] }
            let produced = Set(nodes.flatMap { $0.outputs.compactMap { $0 } })
            var needed: [ValueName] = []
            for case let input? in nodes.flatMap(\.inputs)
            where graph.initializers[input] == nil && !produced.contains(input) && !needed.contains(input) {
                needed.append(input)
            }
            let ports = Set(graph.inputs.map(\.name))
            guard needed.allSatisfy({ ports.contains($0) || refinement.facts[$0]?.element == .float32 }) else {
                return nil
            }
            var small = Graph(name: "trial")
            small.inputs = needed.map { Graph.Port($0, nil) }
            small.outputs = nodes.flatMap { $0.outputs.compactMap { $0 }.prefix(1) }.map { Graph.Port($0, nil) }
            small.nodes = nodes
            for case let input? in nodes.flatMap(\.inputs) { small.initializers[input] = graph.initializers[input] }
            self.value = value
            self.ranges = ranges
            self.needed = needed
            let options = CompileOptions(instructionSet: refinement.instructionSet)
            reference = try CompiledGraph(small, options: options)
            var graphs: [CompiledGraph] = []
            for range in ranges {
                let parameters = QuantizationParameters(range: range, scheme: refinement.scheme)
                graphs.append(
                    try CompiledGraph(
                        try small.quantizing(value, parameters, as: refinement.scheme.elementType), options: options))
            }
            quantized = graphs
        }

        func measure(_ values: [String: Tensor], into noises: inout [SignalToQuantizationNoise]) throws(BitdepthError) {
            var inputs: [String: Tensor] = [:]
            for name in needed { inputs[name.text] = values[name.text] }
            let expected = try reference.makeSession().run(inputs)
            for (index, graph) in quantized.enumerated() {
                let found = try graph.makeSession().run(inputs)
                for output in expected.keys.sorted() {
                    guard let a = expected[output], let b = found[output] else { continue }
                    try noises[index].add(reference: try a.floats(), try b.floats())
                }
            }
        }
    }
}

extension Graph {
    /// The graph with one of its inputs quantized and dequantized before anybody reads it.
    fileprivate func quantizing(
        _ input: ValueName, _ parameters: QuantizationParameters, as element: ElementType
    ) throws(BitdepthError) -> Graph {
        var graph = self
        let (scale, zero, codes, result) = (
            ValueName("\(input)_s"), ValueName("\(input)_z"), ValueName("\(input)_q"), ValueName("\(input)_dq")
        )
        graph.replaceUses(of: input, with: result)
        graph.initializers[scale] = try Tensor(scalar: parameters.scale)
        graph.initializers[zero] = try Tensor(integers: [parameters.zeroPoint], shape: .scalar, type: element)
        graph.nodes.insert(Node("QuantizeLinear", inputs: [input, scale, zero], outputs: [codes]), at: 0)
        graph.nodes.insert(Node("DequantizeLinear", inputs: [codes, scale, zero], outputs: [result]), at: 1)
        return graph
    }
}
