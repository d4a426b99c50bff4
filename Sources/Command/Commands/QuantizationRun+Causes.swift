import Bitdepth

extension QuantizationRun {
    /// Why a model collapsed, as far as can be found out, and what to do.
    struct Causes {
        var help: [String]
        var notes: [String]
    }

    private static let preprocessing: Set<DataWarning.Kind> = [.noise, .unscaled, .scaledTwice, .swappedLayout]
    /// Enough to rank layers; each is tried on all of them.
    private static let rankingSamples = 16
    private static let namedLayers = 5

    /// Looks at the data's warnings, then measures the loss at the output when each layer alone is quantized.
    func causes(of outcome: Outcome) throws(BitdepthError) -> Causes {
        var causes = Causes(help: [], notes: [])
        for warning in outcome.samples.warnings where QuantizationRun.preprocessing.contains(warning.kind) {
            causes.notes.append("the cause may be the data: \(warning.message)")
            causes.help.append(warning.help)
        }
        guard memory.holds(outcome.quantization.float) else {
            causes.notes.append("layers are not ranked beyond the memory budget of \(NumberText.bytes(memory.bytes))")
            return causes
        }
        let progress = StagedProgress(messages, unit: "layers")
        let ranked = try quantizer.sensitivities(
            of: outcome.quantization, on: outcome.samples.split.check.evenly(QuantizationRun.rankingSamples),
            limit: .max
        ) { done, total throws(BitdepthError) in try progress.report("ranking", done, total) }
        progress.finish()
        let guilty = ranked.prefix(QuantizationRun.namedLayers).filter { !($0.decibels >= gate.leastDecibels + 10) }
        causes.notes += guilty.map {
            "with only \($0.node) quantized, the output has an SQNR of \(NumberText.decibels($0.decibels))"
        }
        if let (rules, decibels) = try rescue(outcome, guilty.map(\.node)) {
            let flags = rules.map { "--keep-float \(ShellWord.quoted($0.description))" }.joined(separator: " ")
            causes.help.append("keep float what does it (then \(NumberText.decibels(decibels)), measured): \(flags)")
        } else if guilty.isEmpty, !ranked.isEmpty {
            causes.notes.append("no layer alone does it: the losses of \(ranked.count) layers add up")
        } else if !guilty.isEmpty {
            causes.notes.append("keeping these layers float is not enough, or leaves nothing to quantize")
        }
        let tried = configuration.calibration.description
        if let other = ["auto", "mse"].first(where: { $0 != tried }) {
            causes.help.append("choose ranges in another way: --calib \(other)")
        }
        return causes
    }

    /// The fewest of the layers, in this order, that have to stay float for the model to pass, found by trying.
    ///
    /// - Returns: Rules, and the lowest SQNR of an output then; `nil` where all of them are not enough.
    private func rescue(_ outcome: Outcome, _ nodes: [String]) throws(BitdepthError) -> (
        rules: [NodeSelector], decibels: Double
    )? {
        let samples = outcome.samples.split
        let (few, check) = (
            samples.calibration.evenly(QuantizationRun.rankingSamples),
            samples.check.evenly(QuantizationRun.rankingSamples)
        )
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(outcome.quantization.float, options: options)
        var attempt = quantizer.configuration
        var rules: [NodeSelector] = []
        for node in nodes {
            rules.append(NodeSelector(.name(ShellWord.literalPattern(node))))
            attempt.keepFloat = configuration.keepFloat + rules
            let trial = Quantizer(attempt, threads: threads, instructionSet: instructionSet)
            // Nothing may be left to quantize.
            guard let quantized = try? trial.quantize(contents, calibratedOn: few).model.graph else { return nil }
            let result = try Evaluator(
                try CompiledGraph(quantized, options: options), baseline: float, threads: threads
            ).evaluate(check) {
                _, _ throws(BitdepthError) in try Cancellation().check()
            }
            if gate.complaints(about: result).isEmpty {
                return (rules, result.outputs.values.compactMap(\.signalToNoise.decibels).min() ?? .infinity)
            }
        }
        return nil
    }
}
