import Bitdepth

extension QuantizationRun {
    /// Writes the quantized model with what led to it in its metadata; the file appears whole or not at all.
    func write(_ outcome: inout Outcome, _ promise: SizePromise, force: Bool) throws(BitdepthError) {
        var written = outcome.quantization.model
        annotate(&written.annotations, outcome.samples, outcome.quantization.fallback)
        outcome.report.file = try write(written, &outcome.report.notes, force: force)
        if let file = outcome.report.file { warn(about: file, promise) }
    }

    /// Writes the model as it came, in the form and for the operator set that were asked for.
    func writeKept(_ notes: inout [String], force: Bool) throws(BitdepthError) -> QuantizationReport.File? {
        try write(contents, &notes, force: force)
    }

    private func write(_ model: ModelGraph, _ notes: inout [String], force: Bool) throws(BitdepthError)
        -> QuantizationReport.File?
    {
        guard let path = target.output else { return nil }
        var model = model
        if configuration.portType != .float {
            notes += QuantizedPorts(configuration.portType).run(&model.graph).map {
                "\"\($0)\" stays float: no 8-bit QuantizeLinear or DequantizeLinear stands right at it"
            }
        }
        notes += try target.spell(&model.graph)
        try Cancellation().check()
        try ONNX.write(model, to: path, options: .init(opset: target.opset, force: force, externalData: externalData))
        return .init(
            path: path, bytesBefore: try ModelFile.bytes(of: self.model, at: self.path),
            bytes: try ModelFile.bytes(of: path))
    }

    /// Only what the result depends on: no times, paths or numbers of threads.
    private func annotate(_ annotations: inout Annotations, _ samples: CalibrationSamples, _ fallback: Fallback?) {
        annotations["bitdepth.version"] = Version.current
        annotations["bitdepth.scheme"] = configuration.notation
        annotations["bitdepth.weights"] = configuration.weights.summary
        annotations["bitdepth.activations"] = configuration.activations.summary
        annotations["bitdepth.calibration"] = configuration.calibration.description
        annotations["bitdepth.samples"] = String(samples.facts.calibrationSamples)
        if !configuration.keepFloat.isEmpty {
            annotations["bitdepth.keep_float"] = configuration.keepFloat.map(\.description).joined(separator: " ")
        }
        if configuration.recurrent != .weights {
            annotations["bitdepth.recurrent"] = configuration.recurrent.rawValue
        }
        if let fallback {
            annotations["bitdepth.fallback"] = fallback.kept.map(\.node).joined(separator: " ")
        }
        // Noise needs no recipe, and real data will.
        if samples.facts.preprocessingOrigin != nil {
            annotations[PreprocessingRecipe.metadataKey] = samples.facts.preprocessing
        }
    }

    /// What a script's log keeps where no report is shown on a terminal.
    func state(written file: QuantizationReport.File, _ report: QuantizationReport) {
        let comparison = report.check.outputs.first.flatMap { report.check.result.outputs[$0] }
        let agreement = comparison?.agreement.value.map { ", agreement \(NumberText.percent($0))" } ?? ""
        let noise = comparison?.signalToNoise.decibels.map { ", SQNR \(NumberText.decibels($0))" } ?? ""
        guard !messages.terminal.output.isTerminal else { return }
        messages.state(
            "wrote \(file.path) (\(NumberText.bytes(file.bytes)), \(NumberText.percent(file.ratio)))\(agreement)\(noise)"
        )
    }

    private func warn(about file: QuantizationReport.File, _ promise: SizePromise) {
        guard promise.isBroken(byFileOf: file.bytes) else { return }
        let left = promise.floatWeights.prefix(3).map {
            "\"\($0.name)\" of \($0.node) (\($0.operatorType)) stays float: \(NumberText.bytes($0.bytes))"
        }
        messages.warn(
            "the file of \(NumberText.bytes(file.bytes)) is larger than the \(NumberText.bytes(promise.bytes)) that \(configuration.notation) promises",
            help: left.isEmpty ? ["weights that several nodes share may have been written more than once"] : left)
    }

    /// Seconds under which a run is mostly overhead.
    private static let shortestComparable = 10e-6

    func warn(about report: QuantizationReport) {
        guard let latency = report.cost?.latency else { return }
        guard latency.speedup < 1, latency.first > QuantizationRun.shortestComparable else { return }
        let floats = report.nodes.count(.float)
        messages.warn(
            "INT8 is not faster than float here: \(NumberText.milliseconds(latency.second * 1000)) against \(NumberText.milliseconds(latency.first * 1000))",
            help: floats > 0
                ? ["\(floats) nodes stay float, and values change between float and integer around them"] : [])
    }
}
