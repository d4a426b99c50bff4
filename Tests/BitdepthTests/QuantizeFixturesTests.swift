import Bitdepth
import Testing

@Suite("Quantizing models of other kinds") struct QuantizeFixturesTests {
    private func decibels(_ quantization: Quantization, _ model: Model, on samples: any SampleSource) throws -> Double {
        let result = try Evaluator(try CompiledGraph(quantization.model.graph), baseline: try model.compiled())
            .evaluate(samples)
        let name = try #require(model.graph.outputs.first?.name.text)
        return try #require(result.outputs[name]?.signalToNoise.decibels)
    }

    @Test("The mixed network takes the whole road")
    func mixedNet() throws {
        let model = try BundledModels.model("mixed-net")
        let images = try BundledModels.mixedImages(for: model)
        let quantization = try Quantizer(.int8).quantize(model.contents, calibratedOn: images.first(32))
        let check = Subset(of: images, indices: Array(32..<48))
        let found = try decibels(quantization, model, on: check)
        print("mixed-net: SQNR of the probabilities \(found) dB")
        #expect(found >= 20)
        #expect(quantization.plan.decisions.filter { !$0.isInteger }.map(\.operatorType) == ["Softmax"])
        #expect(quantization.plan.decisions.contains { $0.operatorType == "HardSwish" })
        #expect(!quantization.float.nodes.contains { $0.op == "BatchNormalization" })
        // Operator set 13 has no HardSwish: the file spells it out, and reading it makes the same network.
        let folder = try TemporaryFolder()
        try ONNX.write(quantization.model, to: folder.file("q.onnx"))
        let again = try Model(contentsOf: folder.file("q.onnx"))
        #expect(again.contents.sourceOpset == 13)
        #expect(!again.graph.nodes.contains { $0.op == "HardSwish" })
        let sample = try check.sample(at: 0).tensors
        #expect(
            try again.compiled().makeSession().run(sample)
                == CompiledGraph(quantization.model.graph).makeSession().run(sample))
    }

    @Test(
        "A network of 16-bit floats quantizes; its ports stay what they are",
        arguments: ["float16", "float16-float32-io"])
    func float16(name: String) throws {
        let model = try Model(contentsOf: BundledModels.fixture("fashion-resnet/\(name).onnx"))
        let images = try BundledModels.images("train", for: model)
        let quantization = try Quantizer(.int8).quantize(model.contents, calibratedOn: images.evenly(64))
        #expect(quantization.model.graph.inputs.map(\.type) == model.graph.inputs.map(\.type))
        #expect(quantization.model.graph.outputs.map(\.type) == model.graph.outputs.map(\.type))
        #expect(try decibels(quantization, model, on: images.first(32)) > 25)
        let folder = try TemporaryFolder()
        try ONNX.write(quantization.model, to: folder.file("q.onnx"))
        let again = try Model(contentsOf: folder.file("q.onnx"))
        let sample = try images.sample(at: 3)
        #expect(
            try again.compiled().makeSession().run(sample.tensors)
                == CompiledGraph(quantization.model.graph).makeSession().run(sample.tensors))
        let sums = quantization.plan.decisions.filter { $0.operatorType == "Conv" || $0.operatorType == "Gemm" }
        #expect(!sums.isEmpty && sums.allSatisfy { $0.outcome == .quantized })
    }

    @Test(
        "Networks in the spelling of older operator sets quantize and are written in their own", arguments: [7, 9, 11])
    func opsets(version: Int) throws {
        let model = try Model(contentsOf: BundledModels.fixture("opsets/opset-\(version).onnx"))
        let x = try NumPy.read(BundledModels.fixture("opsets/x.npy"))
        let samples = SampleArray([Sample(name: "x", [try #require(model.inputs.first).name: x])])
        let quantization = try Quantizer(.int8).quantize(model.contents, calibratedOn: samples)
        #expect(try decibels(quantization, model, on: samples) > 15)
        let folder = try TemporaryFolder()
        try ONNX.write(quantization.model, to: folder.file("q.onnx"))
        let again = try Model(contentsOf: folder.file("q.onnx"))
        // Scales per channel need version 13, and some operators one more.
        #expect(again.contents.sourceOpset.map { (13...14).contains($0) } == true)
        #expect(
            try again.compiled().makeSession().run(samples.samples[0].tensors)
                == CompiledGraph(quantization.model.graph).makeSession().run(samples.samples[0].tensors))
    }

    @Test(
        "A file that another tool has quantized comes back as it was",
        arguments: ["onnxruntime-qdq-u8s8", "onnxruntime-qdq-s8s8", "onnxruntime-qoperator-u8s8", "nncf"])
    func foreign(name: String) throws {
        let model = try Model(contentsOf: BundledModels.fixture("fashion-resnet/\(name).onnx"))
        let images = try BundledModels.images("train", for: model)
        let quantization = try Quantizer(.int8).quantize(model.contents, calibratedOn: images.first(8))
        #expect(quantization.model == model.contents)
        #expect(quantization.notes.contains { $0.contains("were quantized already") })
    }
}
