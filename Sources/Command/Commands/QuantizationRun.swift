import Bitdepth

/// The work of `bitdepth quantize` between reading the model and showing the report.
struct QuantizationRun {
    var path: String
    var model: Model
    var configuration: QuantizationConfiguration
    var gate: Gate
    var target: TargetOptions
    var threads: Int
    var instructionSet: InstructionSet
    var memory: MemoryBudget
    var externalData: ONNX.WriteOptions.ExternalData
    var messages: Messages
    /// Whether nodes stay float where the check finds a loss.
    var fallsBack = true

    /// What is known before calibration.
    struct Plan {
        var setup: QuantizationSetup
        var nodes: NodeList
        var promise: SizePromise

        /// Whether all that computes on integers already did.
        var keepsEverything: Bool { nodes.count(.quantized) == 0 && nodes.count(.alreadyQuantized) > 0 }
        var predictedRatio: Double { Double(promise.bytes) / Double(max(setup.model.bytes, 1)) }
    }

    struct Outcome {
        var quantization: Quantization
        var samples: CalibrationSamples
        var report: QuantizationReport
    }

    /// The model, marked with the operator set that it is to be written for.
    var contents: ModelGraph {
        var contents = model.contents
        if let opset = target.opset { contents.sourceOpset = opset }
        return contents
    }

    /// Ports stay float while the model is checked with the samples of the float one.
    var quantizer: Quantizer {
        var inside = configuration
        inside.portType = .float
        var quantizer = Quantizer(inside, threads: threads, instructionSet: instructionSet)
        quantizer.memory = memory
        return quantizer
    }

    func plan(_ samples: CalibrationSamples?) throws(BitdepthError) -> Plan {
        let (float, plan) = try locating(.init(file: path)) { () throws(BitdepthError) in
            try quantizer.plan(for: contents)
        }
        let facts = QuantizationSetup.Model(
            path: path, opset: model.contents.sourceOpset, nodes: model.graph.nodes.count,
            nodesAfterPasses: float.nodes.count,
            parameters: model.graph.initializers.values.filter {
                $0.type.isFloatingPoint || $0.type == .int8 || $0.type == .uint8
            }.reduce(0) { $0 + $1.count },
            bytes: try ModelFile.bytes(of: model, at: path))
        return Plan(
            setup: QuantizationSetup(
                model: facts, data: samples?.facts, configuration: configuration, form: target.to.name,
                opset: target.opset),
            nodes: NodeList(plan, configuration), promise: SizePromise(float, plan, configuration))
    }

    /// Calibrates, quantizes and checks; writes nothing.
    func quantize(_ samples: CalibrationSamples) throws(BitdepthError) -> Outcome {
        let progress = StagedProgress(messages, unit: "samples")
        let quantization = try locating(.init(file: path)) { () throws(BitdepthError) in
            try quantizer.quantize(contents, calibratedOn: samples.split.calibration) {
                stage, done, total throws(BitdepthError) in try progress.report(stage.rawValue, done, total)
            }
        }
        let (best, result) = try fallBack(from: quantization, samples, progress)
        let checked = try check(best, result, samples, progress)
        progress.finish()
        let report = QuantizationReport(
            nodes: NodeList(best.plan, configuration),
            calibration: .init(
                bytes: best.statistics.memoryFootprint, infinities: best.statistics.infinities),
            check: checked.check, cost: checked.cost, complaints: gate.complaints(about: checked.check.result),
            fallback: best.fallback, notes: best.notes + checked.notes)
        return Outcome(quantization: best, samples: samples, report: report)
    }
}

/// The size of a model's file.
enum ModelFile {
    /// Bytes of the file that a model was read from, and of its tensors that lie in other files.
    static func bytes(of model: Model, at path: String) throws(BitdepthError) -> Int {
        var total = try FileAccess.open(path).size
        for tensor in model.graph.initializers.values where tensor.region.map({ $0.file.path != path }) ?? false {
            let (sum, overflow) = total.addingReportingOverflow(UInt64(tensor.byteCount))
            total = overflow ? .max : sum
        }
        return Int(clamping: total)
    }

    /// Bytes of the file, and of the data file beside it if a large model has one.
    static func bytes(of path: String) throws(BitdepthError) -> Int {
        let beside = (try? FileAccess.open(path + ".data"))?.size ?? 0
        return Int(clamping: try FileAccess.open(path).size + beside)
    }
}
