import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

extension Quantizer {
    /// Samples that noise is measured on, source by source; fewer where there are many sources.
    private static let noiseSamples = 2...8
    /// About how many runs of the float model from a source to the outputs are made.
    private static let noiseRuns = 256
    /// Samples that a choice is verified on.
    private static let verifiedSamples = 32
    private static let mostRounds = 4
    /// What is aimed at beyond the goal, as a factor of noise: other samples may be a little louder.
    private static let margin = 0.8
    /// How much louder the samples of the check are taken to be at most; 10 dB.
    private static let largestSeverity = 10.0
    /// The least part of noise that is aimed at; 120 dB.
    private static let leastNoise = 1e-12
    /// What a fallback that misses the goal must gain at least, in dB (half the noise), where it costs more of the multiply-adds than this.
    private static let leastImprovement = 3.0
    private static let cheapPart = 0.01

    /// Keeps the nodes float whose quantization harms the outputs most, until a goal is reached or the budget is spent.
    ///
    /// Each source of noise is measured alone, on float values; noises add up, so that this tells which nodes to keep. The
    /// choice is then quantized for real and measured, and the search goes on from there if that was not enough.
    ///
    /// - Parameters:
    ///   - model: What `quantization` was made from.
    ///   - samples: Calibration data, preprocessed; a few of them are used.
    ///   - found: What a check of `quantization` found: the outputs that miss the goal there are those to improve.
    /// - Returns: A better quantization, whose `fallback` says what was kept and why; `nil` where nothing helps, or where
    ///   inputs and outputs are codes, which samples are not.
    public func keepingLoudestFloat(
        _ quantization: Quantization, of model: ModelGraph, goal: FallbackGoal, found: EvaluationResult,
        on samples: any SampleSource, progress: Progress? = nil
    ) throws(BitdepthError) -> Quantization? {
        guard configuration.portType == .float else { return nil }
        let verified = try samples.chosenByContent(Quantizer.verifiedSamples, threads: threads)
        let inside = try keepingLoudestFloatInBranches(
            quantization, of: model, goal: goal, on: verified, progress: progress)
        var outside = try keepingLoudestFloat(
            outside: inside ?? quantization, model, goal, found, verified, progress)
        if let kept = inside?.fallback?.kept { outside?.fallback?.kept.insert(contentsOf: kept, at: 0) }
        return outside ?? inside
    }

    /// The same for the nodes that no body holds.
    private func keepingLoudestFloat(
        outside quantization: Quantization, _ model: ModelGraph, _ goal: FallbackGoal, _ found: EvaluationResult,
        _ verified: Subset, _ progress: Progress?
    ) throws(BitdepthError) -> Quantization? {
        let graph = quantization.float
        let facts = try ShapeInference.facts(of: graph)
        let measurement = NoiseMeasurement(
            graph: graph, facts: facts, plan: quantization.plan, parameters: quantization.parameters,
            configuration: configuration, threads: threads, instructionSet: instructionSet)
        let count = NoiseSources(graph, quantization.plan).all(in: quantization.plan).count
        let few = min(
            max(Quantizer.noiseRuns / max(count, 1), Quantizer.noiseSamples.lowerBound),
            Quantizer.noiseSamples.upperBound)
        let (noise, work) = try measurement.profile(over: verified.first(few)) { done, total throws(BitdepthError) in
            try progress?(.listening, done, total)
        }
        let known = knownRanges(quantization)
        var search = FallbackSearch(
            graph, try planner(graph, facts, quantization), plan: quantization.plan, noise: noise,
            multiplyAccumulates: graph.nodes.map { work[$0.label] ?? 0 }, goal: goal, measured: { known[$0] != nil })
        return try verify(&search, quantization, model, goal, found, verified, progress)
    }

    private func verify(
        _ search: inout FallbackSearch, _ quantization: Quantization, _ model: ModelGraph, _ goal: FallbackGoal,
        _ found: EvaluationResult, _ samples: Subset, _ progress: Progress?
    ) throws(BitdepthError) -> Quantization? {
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(quantization.float, options: options)
        var current = quantization
        var result = try measured(current, against: float, options, samples, progress)
        let before = result
        let outputs = search.noise.outputs.map(\.text)
        // The samples of the check may be louder than these.
        let severity = outputs.map { output in
            let (there, here) = (found.outputs[output]?.noisePart ?? 0, result.outputs[output]?.noisePart ?? 0)
            return here > 0 ? min(max(1, there / here), Quantizer.largestSeverity) : 1
        }
        var isAgreed = outputs.map { found.outputs[$0].map(goal.reachesAgreement) ?? true }
        var best: Quantization?
        for round in 1...Quantizer.mostRounds {
            let loudness = outputs.map { result.outputs[$0]?.noisePart ?? 0 }
            search.noise.correct(by: loudness, of: current.plan)
            let limits = outputs.indices.map { output in
                let limit = (-goal.leastDecibels(of: outputs[output])).energy / severity[output]
                // Where answers differ although the noise is low, half of it is the next aim.
                let wanted = Quantizer.margin * (isAgreed[output] ? limit : min(limit, loudness[output] / 2))
                return max(wanted, Quantizer.leastNoise)
            }
            guard search.run(limits: limits) else { break }
            current = try requantized(quantization, model, search.plan)
            result = try measured(current, against: float, options, samples, progress)
            isAgreed = outputs.map { result.outputs[$0].map(goal.reachesAgreement) ?? true }
            let isReached = goal.isReached(by: result)
            current.fallback = Fallback(
                kept: search.kept, decibelsBefore: before.lowestDecibels, decibelsAfter: result.lowestDecibels,
                part: search.keptPart, reachesGoal: isReached, rounds: round)
            let gain = result.lowestDecibels - before.lowestDecibels
            let isCheap = search.keptPart <= Quantizer.cheapPart
            if isReached || isCheap || gain >= Quantizer.leastImprovement,
                result.lowestDecibels > best?.fallback?.decibelsAfter ?? before.lowestDecibels
            {
                best = current
            }
            let isQuiet = zip(outputs, severity).allSatisfy {
                (result.outputs[$0]?.noisePart ?? 0) * $1 <= (-goal.leastDecibels(of: $0)).energy
            }
            if isReached, isQuiet { break }
        }
        return best
    }

    func measured(
        _ quantization: Quantization, against float: CompiledGraph, _ options: CompileOptions, _ samples: Subset,
        _ progress: Progress?
    ) throws(BitdepthError) -> EvaluationResult {
        let compiled = try CompiledGraph(quantization.model.graph, options: options)
        return try Evaluator(compiled, baseline: float, threads: threads).evaluate(samples) {
            done, total throws(BitdepthError) in try progress?(.verifying, done, total)
        }
    }

    /// A planner that keeps float what the data demand.
    private func planner(
        _ graph: Graph, _ facts: [ValueName: Fact], _ quantization: Quantization
    ) throws(BitdepthError) -> Planner {
        var first = try Planner(graph, configuration, facts: facts)
        let obstacles = DataObstacles(graph, first.plan(), quantization.statistics).byPosition
        return try Planner(graph, configuration, facts: facts, forcedFloat: obstacles)
    }

    /// The ranges of values; where a value took its parameters from another one, the range of those.
    private func knownRanges(_ quantization: Quantization) -> [ValueName: ClosedRange<Double>] {
        quantization.parameters.byValue.mapValues { Double($0.range.lowerBound)...Double($0.range.upperBound) }
            .merging(quantization.ranges) { $1 }
    }

    /// The quantization by another plan, from the same statistics.
    func requantized(
        _ quantization: Quantization, _ model: ModelGraph, _ plan: QuantizationPlan
    ) throws(BitdepthError) -> Quantization {
        var result = quantization
        result.plan = plan
        result.parameters = try ValueParameters(
            plan, ranges: knownRanges(quantization), scheme: configuration.activations)
        let inserted = try insert(quantization.float, plan, result.parameters)
        result.model = model
        result.model.graph = inserted.graph
        result.notes = try notes(quantization.float, plan, quantization.statistics) + inserted.notes
        try result.model.graph.validate()
        return result
    }
}

extension OutputComparison {
    /// The energy of the noise over that of the signal.
    fileprivate var noisePart: Double {
        signalToNoise.signalEnergy > 0 ? signalToNoise.noiseEnergy / signalToNoise.signalEnergy : 0
    }
}
