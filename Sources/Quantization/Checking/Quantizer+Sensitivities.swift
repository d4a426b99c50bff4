import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

extension Quantizer {
    /// SQNR at the output when one node alone is quantized: which layers a loss comes from, by measurement.
    ///
    /// - Parameter progress: Counts nodes.
    /// - Returns: Nodes with their SQNR in dB, worst first.
    public func sensitivities(
        of quantization: Quantization, on samples: any SampleSource, limit: Int = 50, progress: SampleProgress? = nil
    ) throws(BitdepthError) -> [(node: String, decibels: Double)] {
        let graph = quantization.float
        let facts = try ShapeInference.facts(of: graph)
        let positions = graph.nodes.indices.filter { quantization.plan.decisions[$0].outcome == .quantized }
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(graph, options: options)
        var measured: [(node: String, decibels: Double)] = []
        for (done, position) in positions.prefix(limit).enumerated() {
            try progress?(done, min(positions.count, limit))
            var others: [Int: String] = [:]
            for other in positions where other != position { others[other] = "tried without" }
            var planner = try Planner(graph, configuration, facts: facts, forcedFloat: others)
            let plan = planner.plan()
            var known = quantization.ranges
            for value in plan.observedValues where known[value] == nil {
                known[value] = quantization.parameters[value].map {
                    Double($0.range.lowerBound)...Double($0.range.upperBound)
                }
            }
            guard plan.decisions[position].outcome == .quantized, plan.observedValues.allSatisfy({ known[$0] != nil })
            else { continue }
            let parameters = try ValueParameters(plan, ranges: known, scheme: configuration.activations)
            let alone = try CompiledGraph(try insert(graph, plan, parameters).graph, options: options)
            let result = try Evaluator(alone, baseline: float, threads: threads).evaluate(samples) {
                _, _ throws(BitdepthError) in try progress?(done, min(positions.count, limit))
            }
            let decibels = graph.outputs.compactMap { result.outputs[$0.name.text]?.signalToNoise.decibels }.min()
            measured.append((graph.nodes[position].label, decibels ?? .infinity))
        }
        return measured.sorted { ($0.decibels, $0.node) < ($1.decibels, $1.node) }
    }
}
