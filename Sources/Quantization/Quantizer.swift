import BitdepthCalibration
import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

/// Post-training quantization: decides, calibrates, chooses ranges, inserts QDQ nodes.
public struct Quantizer: Sendable {
    public let configuration: QuantizationConfiguration
    public var threads: Int
    public var instructionSet: InstructionSet

    public init(_ configuration: QuantizationConfiguration, threads: Int = 1, instructionSet: InstructionSet = .best) {
        self.configuration = configuration
        self.threads = threads
        self.instructionSet = instructionSet
    }

    /// What the work is at.
    public enum Stage: String, Sendable {
        case calibrating, refining, checking
    }

    public typealias Progress = @Sendable (Stage, _ done: Int, _ total: Int) throws(BitdepthError) -> Void

    /// Quantizes a float graph.
    ///
    /// - Parameters:
    ///   - samples: Calibration data, preprocessed.
    /// - Throws: ``BitdepthError/Code/nothingQuantized`` when no node can be integer; what calibration throws.
    public func quantize(
        _ model: ModelGraph, calibratedOn samples: any SampleSource, progress: Progress? = nil
    ) throws(BitdepthError) -> Quantization {
        var graph = model.graph
        // Passes may use no operator that the written file's operator set lacks.
        let report = try PassPipeline.inference(keepQDQ: true, opset: model.sourceOpset ?? .max).run(&graph)
        var plan = try plan(graph)
        let statistics = try Calibrator(
            graph, observing: plan.observedValues, threads: threads, instructionSet: instructionSet
        ).statistics(over: samples) { done, total throws(BitdepthError) in try progress?(.calibrating, done, total) }

        let forced = unequalConcatenations(graph, plan, statistics)
        if !forced.isEmpty { plan = try self.plan(graph, forcedFloat: forced) }
        let ranges = try ranges(graph, plan, statistics, samples, progress)
        let result = try insert(graph, plan, ranges)
        var quantized = model
        quantized.graph = result.graph
        return Quantization(
            float: graph, model: quantized, plan: plan, parameters: result.parameters, ranges: ranges, statistics: statistics,
            passes: report, notes: result.notes)
    }

    private func plan(
        _ graph: Graph, forcedFloat: [Int: String] = [:]
    ) throws(BitdepthError) -> QuantizationPlan {
        let facts = try ShapeInference.facts(of: graph)
        var planner = try Planner(graph, configuration, facts: facts, forcedFloat: forcedFloat)
        let plan = planner.plan()
        guard plan.decisions.contains(where: { $0.outcome == .quantized }) else {
            let reasons = Set(plan.decisions.compactMap { decision -> String? in
                if case .float(let reason) = decision.outcome { "\(decision.operatorType): \(reason)" } else { nil }
            }).sorted()
            throw BitdepthError(
                .nothingQuantized, "no node could be quantized",
                help: ["inspect the model with: bitdepth inspect MODEL"], notes: Array(reasons.prefix(8)))
        }
        return plan
    }

    /// Parts of a Concat that share one scale must not differ by more than this factor, or the small ones drown.
    static let largestConcatenationRatio = 4.0

    private func unequalConcatenations(
        _ graph: Graph, _ plan: QuantizationPlan, _ statistics: CalibrationStatistics
    ) -> [Int: String] {
        var forced: [Int: String] = [:]
        for (position, node) in graph.nodes.enumerated()
        where node.op == "Concat" && plan.decisions[position].outcome == .quantized {
            let widths = node.inputs.compactMap { name -> Double? in
                guard let name, let extent = statistics[name]?.extent else { return nil }
                return Double(max(extent.upperBound, 0) - min(extent.lowerBound, 0))
            }.filter { $0 > 0 }
            guard let largest = widths.max(), let smallest = widths.min(),
                largest > smallest * Quantizer.largestConcatenationRatio
            else { continue }
            forced[position] = "the ranges of its parts differ by more than \(Int(Quantizer.largestConcatenationRatio)) times"
        }
        return forced
    }

    private func ranges(
        _ graph: Graph, _ plan: QuantizationPlan, _ statistics: CalibrationStatistics, _ samples: any SampleSource,
        _ progress: Progress?
    ) throws(BitdepthError) -> [ValueName: ClosedRange<Double>] {
        let scheme = configuration.activations
        switch configuration.calibration {
        case .method(let method):
            var ranges: [ValueName: ClosedRange<Double>] = [:]
            for value in plan.observedValues {
                guard let observed = statistics[value] else { continue }
                ranges[value] = try method.range(of: observed, scheme: scheme)
            }
            return ranges
        case .auto:
            var candidates: [ValueName: [ClosedRange<Double>]] = [:]
            for value in plan.observedValues {
                guard let observed = statistics[value] else { continue }
                for method in RangeChoice.candidates {
                    let range = try method.range(of: observed, scheme: scheme)
                    if candidates[value]?.contains(range) != true { candidates[value, default: []].append(range) }
                }
            }
            let few = samples.evenly(min(samples.count, configuration.refinementSamples))
            return try RangeRefinement(graph: graph, scheme: scheme, threads: threads, instructionSet: instructionSet)
                .choose(candidates, over: few) { done, total throws(BitdepthError) in try progress?(.refining, done, total) }
        }
    }

    private func insert(
        _ graph: Graph, _ plan: QuantizationPlan, _ ranges: [ValueName: ClosedRange<Double>]
    ) throws(BitdepthError) -> (graph: Graph, parameters: ValueParameters, notes: [String]) {
        let parameters = try ValueParameters(plan, ranges: ranges, scheme: configuration.activations)
        var insertion = QDQInsertion(graph, plan, parameters, configuration)
        var quantized = try insertion.run()
        var notes = insertion.notes
        if configuration.portType != .float {
            let kept = QuantizedPorts().run(&quantized)
            notes += kept.map { "\"\($0)\" stays float: no QuantizeLinear or DequantizeLinear stands right at it" }
        }
        try quantized.validate()
        return (quantized, parameters, notes)
    }

    /// SQNR at the output when one node alone is quantized: which layers a loss comes from, by measurement.
    ///
    /// - Returns: Nodes with their SQNR in dB, worst first.
    public func sensitivities(
        of quantization: Quantization, on samples: any SampleSource, limit: Int = 50
    ) throws(BitdepthError) -> [(node: String, decibels: Double)] {
        let graph = quantization.float
        let facts = try ShapeInference.facts(of: graph)
        let positions = graph.nodes.indices.filter { quantization.plan.decisions[$0].outcome == .quantized }
        let float = try CompiledGraph(graph, options: CompileOptions(instructionSet: instructionSet))
        var measured: [(node: String, decibels: Double)] = []
        for position in positions.prefix(limit) {
            var others: [Int: String] = [:]
            for other in positions where other != position { others[other] = "tried without" }
            var planner = try Planner(graph, configuration, facts: facts, forcedFloat: others)
            let plan = planner.plan()
            var known = quantization.ranges
            for value in plan.observedValues where known[value] == nil {
                known[value] = quantization.parameters[value].map { Double($0.range.lowerBound)...Double($0.range.upperBound) }
            }
            guard plan.decisions[position].outcome == .quantized, plan.observedValues.allSatisfy({ known[$0] != nil }) else { continue }
            let alone = try insert(graph, plan, known).graph
            let evaluator = Evaluator(
                try CompiledGraph(alone, options: CompileOptions(instructionSet: instructionSet)), baseline: float, threads: threads)
            let result = try evaluator.evaluate(samples)
            let decibels = graph.outputs.compactMap { result.outputs[$0.name.text]?.signalToNoise.decibels }.min()
            measured.append((graph.nodes[position].label, decibels ?? .infinity))
        }
        return measured.sorted { ($0.decibels, $0.node) < ($1.decibels, $1.node) }
    }
}

/// A quantized model with all that led to it.
public struct Quantization: Sendable {
    /// The float graph after passes: what calibration ran, and what the quantized graph is compared with.
    public var float: Graph
    public var model: ModelGraph
    public var plan: QuantizationPlan
    public var parameters: ValueParameters
    public var ranges: [ValueName: ClosedRange<Double>]
    public var statistics: CalibrationStatistics
    public var passes: PassPipeline.Report
    /// What is worth telling the user.
    public var notes: [String]
}
