import Bitdepth
import Foundation
import Testing

/// Files that ONNX Runtime's optimizer has fused.
@Suite("Files that ONNX Runtime optimized")
struct OptimizedFileTests {
    /// The ratio of error to signal in dB.
    private func noise(_ found: Tensor, _ expected: Tensor) throws -> Double {
        let (x, y) = (try expected.doubles(), try found.doubles())
        #expect(found.shape == expected.shape)
        let error = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return 10 * log10(x.reduce(0) { $0 + $1 * $1 } / error)
    }

    private func run(_ model: Model, _ inputs: [String: Tensor]) throws -> Tensor {
        try #require(try model.compiled().makeSession().run(inputs)["scores"])
    }

    @Test("A fused transformer computes the same, and quantizes: nearly all of its products are integer")
    func transformer() throws {
        let files = try Files()
        defer { files.remove() }
        let python = try Python.current()
        let operators = try python.run(
            "optimized_transformer.py", ["fused.onnx", "inputs.npz", "scores.npy"].map(files.path))
        for fused in ["Attention", "BiasGelu", "SkipLayerNormalization"] { #expect(operators.contains("'\(fused)'")) }
        let model = try Model(contentsOf: files.path("fused.onnx"))
        let inputs = Dictionary(
            uniqueKeysWithValues: try NumPy.readArchive(files.path("inputs.npz")).map { ($0.key, $0.value) })
        let expected = try NumPy.read(files.path("scores.npy"))
        #expect(try noise(try run(model, inputs), expected) > 100)

        let data = try DataSource.open(files.path("inputs.npz"), inputs: model.inputs)
        let quantized = Model(try Quantizer(.int8, threads: 2).quantize(model.contents, calibratedOn: data).model)
        let work = try quantized.compiled().work(for: inputs).multiplyAccumulates
        #expect(Double(work.integer) >= 0.95 * Double(work.total), "\(work)")
        let scores = try run(quantized, inputs)
        #expect(try noise(scores, expected) > 25)
        try quantized.write(to: files.path("int8.onnx"))
        try python.run(
            "run_onnxruntime.py", [files.path("int8.onnx"), files.path("inputs.npz"), files.path("y.npy")])
        #expect(try noise(scores, try NumPy.read(files.path("y.npy"))) > 35)
    }

    @Test("A fused transformer whose products quantize their inputs in running has the same codes, by integer kernels")
    func dynamic() throws {
        let files = try Files()
        defer { files.remove() }
        let operators = try Python.current().run(
            "optimized_transformer.py", ["fused.onnx", "inputs.npz", "scores.npy"].map(files.path) + ["dynamic"])
        for fused in ["DynamicQuantizeMatMul", "MatMulIntegerToFloat"] { #expect(operators.contains("'\(fused)'")) }
        let model = try Model(contentsOf: files.path("fused.onnx"))
        let inputs = Dictionary(
            uniqueKeysWithValues: try NumPy.readArchive(files.path("inputs.npz")).map { ($0.key, $0.value) })
        #expect(try noise(try run(model, inputs), try NumPy.read(files.path("scores.npy"))) > 50)
        let work = try model.compiled().work(for: inputs).multiplyAccumulates
        #expect(Double(work.integer) >= 0.9 * Double(work.total), "\(work)")
    }
}
