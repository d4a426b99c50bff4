import Bitdepth
import Testing

/// Our files in ONNX Runtime, and its files here.
@Suite("ONNX Runtime and others", .serialized)
struct ONNXRuntimeTests {
    @Test("The bundled INT8 net answers as ONNX Runtime does on at least 99.9 % of 10,000 images")
    func wholeNet() throws {
        let files = try Files()
        defer { files.remove() }
        let model = try FashionMNIST.quantizedResNet()
        try model.write(to: files.path("resnet.int8.onnx"))
        let batch = try FashionMNIST.batch(.test, 10_000, for: model)
        try NumPy.write(batch, to: files.path("images.npy"))
        try Python.current().run(
            "run_onnxruntime.py", [files.path("resnet.int8.onnx"), files.path("images.npy"), files.path("logits.npy")])
        let expected = try NumPy.read(files.path("logits.npy"))
        let found = try #require(try model.compiled(threads: 2).makeSession().run(["image": batch])["logits"])
        let comparison = try ScoreComparison(found, expected)
        print(
            "INT8 against ONNX Runtime: \(comparison.sameBest) of \(comparison.count) alike, largest logit difference \(comparison.largestDifference)"
        )
        #expect(comparison.count == 10_000)
        #expect(comparison.agreement >= 0.999)
    }

    @Test(
        "A file quantized by another tool gives here the logits that ONNX Runtime gives",
        arguments: [
            "onnxruntime-qdq-u8s8", "onnxruntime-qdq-s8s8", "onnxruntime-qoperator-u8s8", "nncf",
        ])
    func foreignFile(name: String) throws {
        let model = try Model(contentsOf: Files.fixture("fashion-resnet/\(name).onnx"))
        let expected = try NumPy.read(Files.fixture("fashion-resnet/\(name).logits.npy"))
        let batch = try FashionMNIST.batch(.test, expected.shape[0], for: model)
        let compiled = try model.compiled()
        let input = try #require(model.inputs.first?.name)
        let output = try #require(model.graph.outputs.first?.name.text)
        let found = try #require(try compiled.makeSession().run([input: batch])[output])
        let comparison = try ScoreComparison(found, expected)
        print(
            "\(name): \(comparison.sameBest) of \(comparison.count) alike, largest difference \(comparison.largestDifference)"
        )
        #expect(comparison.agreement >= 0.99)
        let work = try compiled.program(for: [input: batch]).multiplyAccumulates
        #expect(
            Double(work.integer) >= 0.99 * Double(work.total), "only \(work.integer) of \(work.total) MACs are integer")
    }

    @Test("An FP16 model gives the logits of ONNX Runtime", arguments: ["float16", "float16-float32-io"])
    func halfPrecision(name: String) throws {
        let model = try Model(contentsOf: Files.fixture("fashion-resnet/\(name).onnx"))
        let expected = try NumPy.read(Files.fixture("fashion-resnet/float16.logits.npy"))
        let specification = try #require(model.inputs.first)
        let batch = try FashionMNIST.batch(.test, expected.shape[0], for: model).converted(to: specification.type)
        let output = try #require(model.graph.outputs.first?.name.text)
        let found = try #require(try model.compiled().makeSession().run([specification.name: batch])[output])
        let comparison = try ScoreComparison(try found.converted(to: .float32), try expected.converted(to: .float32))
        #expect(comparison.agreement >= 0.99)
        #expect(comparison.largestDifference < 0.05)
    }

    @Test("A model of an older operator set gives the outputs of its time", arguments: [7, 9, 11])
    func olderOperatorSet(version: Int) throws {
        let model = try Model(contentsOf: Files.fixture("opsets/opset-\(version).onnx"))
        let input = try NumPy.read(Files.fixture("opsets/x.npy"))
        let expected = try NumPy.read(Files.fixture("opsets/opset-\(version).y.npy")).floats()
        let name = try #require(model.inputs.first?.name)
        let output = try #require(model.graph.outputs.first?.name.text)
        let found = try #require(try model.compiled().makeSession().run([name: input])[output]).floats()
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    }

    @Test("The float bundled net gives ONNX Runtime's logits")
    func floatNet() throws {
        let model = try Model(contentsOf: Files.model("fashion-resnet.onnx"))
        let expected = try NumPy.read(Files.fixture("fashion-resnet/float32.logits.npy"))
        let batch = try FashionMNIST.batch(.test, expected.shape[0], for: model)
        let found = try #require(try model.compiled().makeSession().run(["image": batch])["logits"])
        let comparison = try ScoreComparison(found, expected)
        #expect(comparison.sameBest == comparison.count)
        #expect(comparison.largestDifference < 1e-4)
    }
}
