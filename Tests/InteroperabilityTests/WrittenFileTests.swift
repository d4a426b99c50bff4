import Bitdepth
import Testing

/// What other tools say of the files that we write.
@Suite("Written files", .serialized)
struct WrittenFileTests {
    /// The second bundled net: unfolded BatchNormalization, depthwise, residual, concat; written for operator set 13.
    private func quantizedMixedNet(_ configuration: QuantizationConfiguration = .int8) throws -> (
        model: Model, images: Tensor
    ) {
        let float = try Model(contentsOf: Files.model("mixed-net.onnx"))
        let recipe = try PreprocessingRecipe(parsing: "scale=255")
        let bytes = try DataSource.open(Files.fixture("mixed-net/images.npy"), inputs: float.inputs)
        let samples = PreprocessedSource(bytes, recipe: recipe, inputs: float.inputs)
        let model = Model(
            try Quantizer(configuration, threads: 2).quantize(float.contents, calibratedOn: samples).model)
        let all = try (0..<samples.count).map { index throws(BitdepthError) in try samples.sample(at: index) }
        let name = try #require(float.inputs.first?.name)
        return (model, try #require(try Batch.assemble(all).tensors[name]))
    }

    private func scores(_ model: Model, _ batch: Tensor) throws -> Tensor {
        let name = try #require(model.inputs.first?.name)
        let output = try #require(model.graph.outputs.first?.name.text)
        return try #require(try model.compiled().makeSession().run([name: batch])[output])
    }

    @Test("onnx.checker passes a quantized file with full checks")
    func checker() throws {
        let files = try Files()
        defer { files.remove() }
        let python = try Python.current()
        try FashionMNIST.quantizedResNet().write(to: files.path("resnet.onnx"))
        try quantizedMixedNet().model.write(to: files.path("mixed.onnx"))
        #expect(try python.run("check_model.py", [files.path("resnet.onnx")]).contains("ok 17"))
        #expect(try python.run("check_model.py", [files.path("mixed.onnx")]).contains("ok 13"))
    }

    @Test("A file with 4-bit weights is of operator set 21, passes onnx.checker, and answers alike in ONNX Runtime")
    func fourBits() throws {
        let files = try Files()
        defer { files.remove() }
        let (model, images) = try quantizedMixedNet(QuantizationConfiguration(weights: .int4Weights))
        #expect(model.graph.initializers.values.contains { $0.type == .int4 && $0.shape.rank == 4 })
        try model.write(to: files.path("mixed.onnx"))
        try NumPy.write(images, to: files.path("images.npy"))
        let python = try Python.current()
        #expect(try python.run("check_model.py", [files.path("mixed.onnx")]).contains("ok 21"))
        try python.run("run_onnxruntime.py", [files.path("mixed.onnx"), files.path("images.npy"), files.path("y.npy")])
        let comparison = try ScoreComparison(try scores(model, images), try NumPy.read(files.path("y.npy")))
        #expect(comparison.agreement >= 0.97)
        let again = try Model(contentsOf: files.path("mixed.onnx"))
        #expect(try scores(again, images) == scores(model, images))
    }

    @Test("A file written from an opset-13 model loads in ONNX Runtime 1.16 and gives the same answers")
    func oldRuntime() throws {
        let files = try Files()
        defer { files.remove() }
        let (model, images) = try quantizedMixedNet()
        try model.write(to: files.path("mixed.onnx"))
        try NumPy.write(images, to: files.path("images.npy"))
        guard let python = Python.old() else {
            print("ONNX Runtime 1.16 is not installed here: its test did not run")
            return
        }
        try python.run("run_onnxruntime.py", [files.path("mixed.onnx"), files.path("images.npy"), files.path("y.npy")])
        let comparison = try ScoreComparison(try scores(model, images), try NumPy.read(files.path("y.npy")))
        #expect(comparison.agreement >= 0.97)
    }

    @Test("The QOperator form of a quantized net loads in ONNX Runtime and answers as the QDQ form does here")
    func operatorForm() throws {
        let files = try Files()
        defer { files.remove() }
        let model = try FashionMNIST.quantizedResNet()
        var spelled = model
        _ = try QOperatorForm().convert(&spelled.contents.graph)
        #expect(spelled.graph.nodes.contains { $0.op == "QLinearConv" })
        try spelled.write(to: files.path("resnet.qop.onnx"))
        let batch = try FashionMNIST.batch(.test, 500, for: model)
        try NumPy.write(batch, to: files.path("images.npy"))
        try Python.current().run(
            "run_onnxruntime.py", [files.path("resnet.qop.onnx"), files.path("images.npy"), files.path("logits.npy")])
        let comparison = try ScoreComparison(try scores(model, batch), try NumPy.read(files.path("logits.npy")))
        #expect(comparison.agreement >= 0.99)
        let again = try Model(contentsOf: files.path("resnet.qop.onnx"))
        #expect(try scores(again, batch) == scores(model, batch))
    }

    @Test("A written file keeps names and metadata, and reads back as the same model")
    func roundTrip() throws {
        let files = try Files()
        defer { files.remove() }
        var model = try FashionMNIST.quantizedResNet()
        model.contents.annotations["author"] = "somebody"
        try model.write(to: files.path("a.onnx"))
        let again = try Model(contentsOf: files.path("a.onnx"))
        #expect(again.contents.annotations["author"] == "somebody")
        #expect(again.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
        let batch = try FashionMNIST.batch(.test, 16, for: model)
        #expect(try scores(again, batch) == scores(model, batch))
    }
}
