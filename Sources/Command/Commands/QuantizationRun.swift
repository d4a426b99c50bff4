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
    var messages: Messages

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

    private static let layerSamples = 32
    private static let shownLayers = 5

    /// The model as the wanted operator set allows it to be written: passes make no younger operators.
    var contents: ModelGraph {
        var contents = model.contents
        if let opset = target.opset { contents.sourceOpset = opset }
        return contents
    }

    /// Ports stay float while the model is checked with the samples of the float one.
    var quantizer: Quantizer {
        var inside = configuration
        inside.portType = .float
        return Quantizer(inside, threads: threads, instructionSet: instructionSet)
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
            bytes: try ModelFile.bytes(of: path))
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
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(quantization.float, options: options)
        let quantized = try CompiledGraph(quantization.model.graph, options: options)
        let check = samples.split.check
        let result = try Evaluator(quantized, baseline: float, threads: threads).evaluate(check) {
            done, total throws(BitdepthError) in try progress.report("checking", done, total)
        }
        let layers = try LayerComparison.compare(
            quantization.float, quantization.model.graph, on: check.evenly(QuantizationRun.layerSamples),
            threads: threads,
            instructionSet: instructionSet
        ) { done, total throws(BitdepthError) in try progress.report("comparing", done, total) }
        progress.finish()
        let report = QuantizationReport(
            nodes: NodeList(quantization.plan, configuration),
            calibration: .init(
                bytes: quantization.statistics.memoryFootprint, infinities: quantization.statistics.infinities),
            check: .init(
                result: result, kind: samples.split.kind, outputs: quantization.float.outputs.map(\.name.text),
                layers: ComparisonTable(layers, show: .worst(QuantizationRun.shownLayers)),
                layerSamples: layers.sampleCount),
            cost: try cost(float, quantized, try check.sample(at: 0)), complaints: gate.complaints(about: result),
            notes: quantization.notes)
        return Outcome(quantization: quantization, samples: samples, report: report)
    }

    private func cost(
        _ float: CompiledGraph, _ quantized: CompiledGraph, _ sample: Sample
    ) throws(BitdepthError) -> QuantizationReport.Cost {
        let latency = try PairedLatency.measure(float, quantized, on: sample, checkpoint: Cancellation().check)
        let programs = (try float.program(for: sample.tensors), try quantized.program(for: sample.tensors))
        return .init(
            latency: latency, workingBytes: (programs.0.workingBytes, programs.1.workingBytes),
            multiplyAccumulates: programs.1.multiplyAccumulates,
            processor: Machine.current.processor ?? "unknown processor", instructionSet: instructionSet.rawValue)
    }
}

/// The size of a model's file.
enum ModelFile {
    /// Bytes of the file, and of the data file beside it if a large model has one.
    static func bytes(of path: String) throws(BitdepthError) -> Int {
        let beside = (try? FileAccess.open(path + ".data"))?.size ?? 0
        return Int(clamping: try FileAccess.open(path).size + beside)
    }
}
