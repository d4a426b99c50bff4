import Bitdepth

extension QuantizationRun {
    /// Evaluates a quantization; where it misses the goal, nodes are kept float and it is evaluated again.
    ///
    /// - Returns: What is to be reported and written, and the evaluation of it; `nil` for one beyond the memory budget.
    func fallBack(
        from quantization: Quantization, _ samples: CalibrationSamples, _ progress: StagedProgress
    ) throws(BitdepthError) -> (best: Quantization, result: EvaluationResult?) {
        guard memory.holds(quantization.float) else { return (quantization, nil) }
        let result = try evaluate(quantization, samples, progress)
        let goal = FallbackGoal(for: configuration, outputsOf: quantization.float)
        guard fallsBack, !goal.isReached(by: result),
            let better = try quantizer.keepingLoudestFloat(
                quantization, of: contents, goal: goal, found: result, on: samples.split.calibration,
                progress: { stage, done, total throws(BitdepthError) in
                    try progress.report(stage.rawValue, done, total)
                })
        else { return (quantization, result) }
        return (better, try evaluate(better, samples, progress))
    }

    private func evaluate(
        _ quantization: Quantization, _ samples: CalibrationSamples, _ progress: StagedProgress
    ) throws(BitdepthError) -> EvaluationResult {
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(quantization.float, options: options)
        let quantized = try CompiledGraph(quantization.model.graph, options: options)
        return try Evaluator(quantized, baseline: float, threads: threads).evaluate(samples.split.check) {
            done, total throws(BitdepthError) in try progress.report("checking", done, total)
        }
    }
}
