import Bitdepth

/// Samples for calibration and for the check, with what was seen in them.
struct CalibrationSamples {
    var split: SampleSplit
    var facts: QuantizationSetup.Data
    var warnings: [DataWarning]
}

extension QuantizationRun {
    /// Parts the samples, looks at those of calibration as the model will get them, and warns of what looks wrong.
    func samples(_ opened: OpenedData, wanted: Int, isRandom: Bool) throws(BitdepthError) -> CalibrationSamples {
        let split = try SampleSplit.choose(from: opened.source, calibration: wanted, threads: threads)
        var check = DataCheck(inputs: opened.dataInputs, hints: FirstLayerHint.hints(of: model.graph))
        let progress = StagedProgress(messages, unit: "samples")
        var readable = 0
        try split.calibration.readInOrder(threads: threads) { index, sample throws(BitdepthError) in
            try check.observe(sample)
            readable += 1
            try progress.report("reading", index + 1, split.calibration.count)
        }
        progress.finish()
        let ranges = opened.inputs.compactMap { input in
            check.statistics(of: input.name).map {
                QuantizationSetup.InputRange(
                    input: input.name, minimum: Double($0.minimum), maximum: Double($0.maximum), mean: $0.mean)
            }
        }
        let facts = QuantizationSetup.Data(
            name: opened.source.summary, count: opened.source.count, calibrationSamples: readable,
            checkSamples: split.check.count, checkKind: split.kind, preprocessing: opened.recipe.description,
            preprocessingOrigin: opened.origin, ranges: ranges)
        // Values that are not finite stop calibration in a moment, with a better message.
        let warnings = check.warnings.filter { $0.kind != .notFinite && !(isRandom && $0.kind == .noise) }
        warn(about: warnings, split, isRandom: isRandom)
        return CalibrationSamples(split: split, facts: facts, warnings: warnings)
    }

    private func warn(about warnings: [DataWarning], _ split: SampleSplit, isRandom: Bool) {
        if isRandom {
            messages.warn(
                "ranges will come from noise and say nothing about real inputs", code: DataWarning.Kind.noise.code,
                help: ["good for trying things out only: give real samples with --data PATH"])
        }
        for warning in warnings {
            let place = warning.input.map { "input \"\($0)\": " } ?? ""
            messages.warn(place + warning.message, code: warning.kind.code, help: [warning.help])
        }
        guard split.kind == .calibration else { return }
        messages.warn(
            "\(split.check.count) samples are too few to hold any back: the check runs on those of calibration and finds less than it should",
            help: ["give at least \(SampleSplit.fewestToPart) samples"])
    }
}
