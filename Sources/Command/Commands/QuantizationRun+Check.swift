import Bitdepth

extension QuantizationRun {
    /// What the check of a quantized model found.
    struct Checked {
        var check: QuantizationReport.Check
        var cost: QuantizationReport.Cost?
        var notes: [String] = []
    }

    private static let layerSamples = 32
    private static let shownLayers = 5

    /// Runs the integer engine and the float model side by side.
    ///
    /// - Parameter result: What the evaluation on the samples of the check found; `nil` beyond the memory budget.
    func check(
        _ quantization: Quantization, _ result: EvaluationResult?, _ samples: CalibrationSamples,
        _ progress: StagedProgress
    ) throws(BitdepthError) -> Checked {
        guard let result else { return try checkInSegments(quantization, samples, progress) }
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(quantization.float, options: options)
        let quantized = try CompiledGraph(quantization.model.graph, options: options)
        let check = samples.split.check
        let layers = try LayerComparison.compare(
            quantization.float, quantization.model.graph, on: check.evenly(QuantizationRun.layerSamples),
            threads: threads,
            instructionSet: instructionSet
        ) { done, total throws(BitdepthError) in try progress.report("comparing", done, total) }
        return Checked(
            check: .init(
                result: result, kind: samples.split.kind, outputs: quantization.float.outputs.map(\.name.text),
                layers: ComparisonTable(layers, show: .worst(QuantizationRun.shownLayers)),
                layerSamples: layers.sampleCount),
            cost: try cost(try asGiven(float), quantized, try check.firstReadable()))
    }

    /// The float model that is timed: the user's own, where its recurrent layers were written in another way.
    private func asGiven(_ float: CompiledGraph) throws(BitdepthError) -> CompiledGraph {
        guard configuration.recurrent == .static else { return float }
        return try CompiledGraph(contents.graph, options: float.options)
    }

    /// Beyond the memory budget the outputs are compared; layers are not, and nothing can be timed.
    private func checkInSegments(
        _ quantization: Quantization, _ samples: CalibrationSamples, _ progress: StagedProgress
    ) throws(BitdepthError) -> Checked {
        let result = try SegmentedEvaluation(
            quantization.model.graph, baseline: quantization.float, budget: memory, threads: threads,
            instructionSet: instructionSet
        ).evaluate(samples.split.check) {
            done, total throws(BitdepthError) in try progress.report("checking", done, total)
        }
        return Checked(
            check: .init(
                result: result, kind: samples.split.kind, outputs: quantization.float.outputs.map(\.name.text),
                layers: ComparisonTable(.none, show: .all), layerSamples: 0),
            notes: [
                "the model is larger than the memory budget of \(NumberText.bytes(memory.bytes)): it ran in segments, layers were not compared and nothing was timed"
            ])
    }

    private func cost(
        _ float: CompiledGraph, _ quantized: CompiledGraph, _ sample: Sample
    ) throws(BitdepthError) -> QuantizationReport.Cost {
        let latency = try PairedLatency.measure(float, quantized, on: sample, checkpoint: Cancellation().check)
        let work = (try float.work(for: sample.tensors), try quantized.work(for: sample.tensors))
        return .init(
            latency: latency, workingBytes: (work.0.workingBytes, work.1.workingBytes),
            multiplyAccumulates: work.1.multiplyAccumulates,
            processor: Machine.current.processor ?? "unknown processor", instructionSet: instructionSet.rawValue)
    }
}
