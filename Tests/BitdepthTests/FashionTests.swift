import Bitdepth
import Testing

/// The float network evaluated once for all tests, and the quantized ones by calibration method.
private struct Fashion {
    let model: Model
    let calibration: Subset
    let test: any SampleSource
    let labels: [Int]

    init() throws {
        model = try BundledModels.model("fashion-resnet")
        calibration = try BundledModels.images("train", for: model).evenly(512)
        test = try BundledModels.images("t10k", for: model)
        labels = try BundledModels.labels()
    }

    func quantized(_ method: String) throws -> Quantization {
        let configuration = QuantizationConfiguration(calibration: try RangeChoice(parsing: method))
        return try Quantizer(configuration, threads: BundledModels.threads).quantize(
            model.contents, calibratedOn: calibration)
    }

    func evaluate(_ quantization: Quantization) throws -> EvaluationResult {
        try Evaluator(
            try CompiledGraph(quantization.model.graph), baseline: try model.compiled(), threads: BundledModels.threads
        ).evaluate(test, labels: labels)
    }
}

@Suite("The bundled network on Fashion-MNIST", .serialized) struct FashionTests {
    @Test("Float is right for 90.47 % of the test images; INT8 loses at most 0.20 points and agrees on 98.5 %")
    func accuracy() throws {
        let fashion = try Fashion()
        let result = try fashion.evaluate(try fashion.quantized("minmax"))
        let float = try #require(result.baseline.top1.value) * 100
        let quantized = try #require(result.model.top1.value) * 100
        let agreement = try #require(result.outputs["logits"]?.agreement.value) * 100
        let decibels = try #require(result.outputs["logits"]?.signalToNoise.decibels)
        print("fashion-resnet: float \(float) %, INT8 \(quantized) %, agreement \(agreement) %, SQNR \(decibels) dB")
        #expect(result.sampleCount == 10_000)
        #expect(abs(float - 90.47) <= 0.0101)
        #expect(float - quantized <= 0.20)
        #expect(agreement >= 98.5)
        #expect(decibels > 25)
        #expect(Gate(for: .int8).complaints(about: result) == [])
    }

    @Test("Every calibration method keeps within half a point; auto is not worse than minmax by more than a tenth")
    func methods() throws {
        let fashion = try Fashion()
        var accuracy: [String: Double] = [:]
        for method in ["minmax", "average", "percentile", "mse", "entropy", "auto"] {
            let result = try fashion.evaluate(try fashion.quantized(method))
            accuracy[method] = try #require(result.model.top1.value) * 100
            let decibels = result.outputs["logits"]?.signalToNoise.decibels ?? 0
            print("\(method): top-1 \(accuracy[method] ?? 0) %, logit SQNR \(decibels) dB")
            // `average` clips by design: its loss is printed, not bounded.
            if method != "average" { #expect(90.47 - (accuracy[method] ?? 0) <= 0.5, "\(method)") }
        }
        #expect(try #require(accuracy["auto"]) >= #require(accuracy["minmax"]) - 0.1)
    }

    @Test("Nearly all of the work runs on integers")
    func integerWork() throws {
        let fashion = try Fashion()
        let quantization = try fashion.quantized("minmax")
        let sample = try fashion.test.sample(at: 0)
        let products = try CompiledGraph(quantization.model.graph).program(for: sample.tensors).multiplyAccumulates
        #expect(Double(products.integer) >= 0.99 * Double(products.total))
        #expect(products.total > 1_000_000)
        for decision in quantization.plan.decisions { #expect(decision.isInteger, "\(decision)") }
    }

    @Test("Each layer's loss is finite, and some layers lose more than others")
    func layers() throws {
        let fashion = try Fashion()
        let quantization = try fashion.quantized("minmax")
        let samples = fashion.test.first(64)
        let comparison = try LayerComparison.compare(
            quantization.float, quantization.model.graph, on: samples, threads: BundledModels.threads)
        let decibels = comparison.layers.compactMap(\.signalToNoise.decibels)
        #expect(decibels.count == comparison.layers.count)
        #expect(comparison.layers.count >= 10)
        #expect(decibels.allSatisfy { $0.isFinite && $0 > 15 })
        let worst = comparison.worst(3)
        #expect(worst.count == 3)
        #expect(try #require(worst.first?.signalToNoise.decibels) < #require(decibels.max()))
        let alone = try LayerComparison.compare(quantization.float, quantization.model.graph, on: samples)
        #expect(zip(alone.layers, comparison.layers).allSatisfy { $0.signalToNoise == $1.signalToNoise })
    }

    @Test("The written file has the same bytes for any threads and order, and read again computes the same logits")
    func file() throws {
        let fashion = try Fashion()
        let folder = try TemporaryFolder()
        let base = fashion.calibration.first(96)
        for (index, source) in [base, base.shuffled(96, seed: 1)].enumerated() {
            let quantizer = Quantizer(.int8, threads: index + 1)
            try ONNX.write(
                try quantizer.quantize(fashion.model.contents, calibratedOn: source).model,
                to: folder.file("\(index).onnx"))
        }
        let bytes = try folder.bytes("0.onnx")
        #expect(try folder.bytes("1.onnx") == bytes)
        #expect(bytes.count < 140_000)
        let quantized = try Quantizer(.int8).quantize(fashion.model.contents, calibratedOn: base).model
        let again = try Model(contentsOf: folder.file("0.onnx"))
        #expect(again.isQuantized)
        let (first, second) = (try CompiledGraph(quantized.graph), try again.compiled())
        for index in 0..<50 {
            let sample = try fashion.test.sample(at: index)
            #expect(try first.makeSession().run(sample.tensors) == second.makeSession().run(sample.tensors))
        }
        let twice = try Quantizer(.int8).quantize(again.contents, calibratedOn: base.first(4))
        try ONNX.write(twice.model, to: folder.file("twice.onnx"))
        #expect(try folder.bytes("twice.onnx") == bytes)
    }
}
