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
    /// What the work may take in memory; a model that this does not hold is calibrated in segments. `nil` for no bound.
    public var memory: MemoryBudget?

    public init(_ configuration: QuantizationConfiguration, threads: Int = 1, instructionSet: InstructionSet = .best) {
        self.configuration = configuration
        self.threads = threads
        self.instructionSet = instructionSet
    }

    /// What the work is at.
    public enum Stage: String, Sendable {
        case calibrating, refining, checking
        /// Noise is measured source by source, to find which nodes stay float.
        case listening
        case verifying
    }

    public typealias Progress = @Sendable (Stage, _ done: Int, _ total: Int) throws(BitdepthError) -> Void

    /// Quantizes a float graph. What is quantized already keeps its parameters; where nothing else is left to do, the model
    /// comes back as it was.
    ///
    /// - Parameters:
    ///   - samples: Calibration data, preprocessed.
    /// - Throws: ``BitdepthError/Code/nothingQuantized`` when no node can be integer; what calibration throws.
    public func quantize(
        _ model: ModelGraph, calibratedOn samples: any SampleSource, progress: Progress? = nil
    ) throws(BitdepthError) -> Quantization {
        let (graph, report) = try prepared(model)
        let facts = try ShapeInference.facts(of: graph)
        var plan = try plan(graph, facts)
        try checkRefinement(graph)
        try checkWeights(graph, plan)
        let statistics = try calibrator(graph, observing: valuesToObserve(graph, facts, plan)).statistics(over: samples)
        { done, total throws(BitdepthError) in try progress?(.calibrating, done, total) }

        plan = try self.plan(graph, facts, statistics)
        let ranges = try ranges(graph, facts, plan, statistics, samples, progress)
        let parameters = try ValueParameters(plan, ranges: ranges, scheme: configuration.activations)
        var notes = try notes(graph, plan, statistics)
        var quantized = model
        if plan.quantizesAnything {
            let inserted = try insert(graph, plan, parameters)
            quantized.graph = inserted.graph
            notes += inserted.notes
        }
        if configuration.portType != .float {
            let kept = QuantizedPorts(configuration.portType).run(&quantized.graph)
            notes += kept.map {
                "\"\($0)\" stays float: no 8-bit QuantizeLinear or DequantizeLinear stands right at it"
            }
        }
        try quantized.graph.validate()
        return Quantization(
            float: graph, model: quantized, plan: plan, parameters: parameters, ranges: ranges, statistics: statistics,
            passes: report, notes: notes)
    }

    /// The float graph that is calibrated: in FP32, after passes.
    func prepared(_ model: ModelGraph) throws(BitdepthError) -> (graph: Graph, report: PassPipeline.Report) {
        try model.checkOperators()
        var graph = try HalfPrecisionPorts().run(try widenedOutside(model.graph))
        // An operator that the written file's operator set lacks is spelled out there, whole between its codes.
        let report = try passes.run(&graph)
        return (try storedOutside(graph), report)
    }

    private var passes: PassPipeline {
        var pipeline = PassPipeline.standard
        if configuration.recurrent == .static { pipeline.passes.append(RecurrentToScan()) }
        return pipeline
    }

    /// - Parameter statistics: What calibration found, once it ran: some nodes are then better left float.
    private func plan(
        _ graph: Graph, _ facts: [ValueName: Fact], _ statistics: CalibrationStatistics? = nil
    ) throws(BitdepthError) -> QuantizationPlan {
        let plan = try plan(ofScope: graph, facts, statistics)
        guard plan.quantizesAnything || plan.hasQuantizedNodes else {
            let reasons = Set(
                plan.allDecisions.compactMap { decision -> String? in
                    if case .float(let reason) = decision.outcome { "\(decision.operatorType): \(reason)" } else { nil }
                }
            ).sorted()
            throw BitdepthError(
                .nothingQuantized, "no node could be quantized",
                help: ["inspect the model with: bitdepth inspect MODEL"], notes: Array(reasons.prefix(8)))
        }
        return plan
    }

    /// Finds weights that are no numbers before calibration takes its time.
    private func checkWeights(_ graph: Graph, _ plan: QuantizationPlan) throws(BitdepthError) {
        for use in plan.weights {
            guard let weight = graph.initializers[use.name] else { continue }
            try locating(graph.nodes[use.position].place.inside(.init(tensor: use.name.text))) {
                () throws(BitdepthError) in
                try WeightQuantizer.checkIsFinite(try weight.floats())
            }
        }
        for body in plan.bodies { try checkWeights(body.closed.graph, body.plan) }
    }

    /// What the ranges come from, what decides whether parts may share a scale, and the outputs, so that NaN is found
    /// wherever it ends up.
    private func valuesToObserve(_ graph: Graph, _ facts: [ValueName: Fact], _ plan: QuantizationPlan) -> [ValueName] {
        let produced = GraphIndex(graph).producer
        let outputs = graph.outputs.map(\.name).filter {
            facts[$0]?.element.isWideFloat ?? false && produced[$0] != nil
        }
        var seen = Set<ValueName>()
        return (plan.observedValues + plan.allJoinedValues + outputs).filter { seen.insert($0).inserted }
    }

    private func ranges(
        _ graph: Graph, _ facts: [ValueName: Fact], _ plan: QuantizationPlan, _ statistics: CalibrationStatistics,
        _ samples: any SampleSource, _ progress: Progress?
    ) throws(BitdepthError) -> [ValueName: ClosedRange<Double>] {
        let scheme = configuration.activations
        var candidates: [ValueName: [ClosedRange<Double>]] = [:]
        for value in plan.observedValues {
            guard let observed = statistics[value] else { continue }
            for method in configuration.calibration.methods {
                let range = try locating(.init(tensor: value.text)) { () throws(BitdepthError) in
                    try method.range(of: observed, scheme: scheme)
                }
                if candidates[value]?.contains(range) != true { candidates[value, default: []].append(range) }
            }
        }
        guard candidates.values.contains(where: { $0.count > 1 }) else { return candidates.compactMapValues(\.first) }
        let few = try samples.chosenByContent(configuration.refinementSamples, threads: threads)
        return try RangeRefinement(
            graph: graph, facts: facts, scheme: scheme, threads: threads, instructionSet: instructionSet
        )
        .choose(candidates, over: few) { done, total throws(BitdepthError) in try progress?(.refining, done, total) }
    }

    func insert(
        _ graph: Graph, _ plan: QuantizationPlan, _ parameters: ValueParameters
    ) throws(BitdepthError) -> (graph: Graph, notes: [String]) {
        var insertion = QDQInsertion(graph, plan, parameters, configuration)
        insertion.scratch = try scratchFile(for: graph)
        let quantized = try insertion.run()
        return (quantized, insertion.notes)
    }

    func notes(
        _ graph: Graph, _ plan: QuantizationPlan, _ statistics: CalibrationStatistics
    ) throws(BitdepthError) -> [String] {
        var notes: [String] = []
        let kept = plan.allDecisions.count { $0.outcome == .alreadyQuantized }
        if kept > 0 { notes.append("\(kept) nodes were quantized already and keep their parameters") }
        notes += configuration.keepFloat.filter { selector in !graph.nodes.contains { selector.matches($0) } }
            .map { "\($0.description) matches no node" }
        notes += statistics.infinities.map {
            "\($0.count) infinities in \"\($0.value)\" were left out of its statistics"
        }
        return try notes + recurrentNotes(graph, plan)
    }

    /// Layers that were to become Scan nodes and could not.
    private func recurrentNotes(_ graph: Graph, _ plan: QuantizationPlan) throws(BitdepthError) -> [String] {
        guard configuration.recurrent == .static else { return [] }
        var notes = try RecurrentToScan.obstacles(in: graph).map {
            "\($0.node.op.type) \"\($0.node.label)\" is written as itself, not as a Scan: \($0.reason)"
        }
        for body in plan.bodies { notes += try recurrentNotes(body.closed.graph, body.plan) }
        return notes
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
    /// What was kept float because it cost too much; `nil` where the first result was good, or nothing could be gained.
    public var fallback: Fallback?
}
