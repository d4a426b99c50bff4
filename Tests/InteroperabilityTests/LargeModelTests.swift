import Bitdepth
import Testing

/// What other tools say of models that were quantized within a small memory budget.
@Suite("Models beyond memory", .serialized)
struct LargeModelTests {
    private static let width = 64
    private static let samples = 40

    /// Matrix products one after the other, with a Relu behind every second one.
    private func chain(of count: Int) throws -> ModelGraph {
        var numbers = SeededGenerator(seed: 21)
        let width = LargeModelTests.width
        let type = TensorType(.float32, PartialShape([.symbol("N"), .known(width)]))
        var graph = Graph(name: "chain", inputs: [.init("x", type)], outputs: [.init(ValueName("y\(count - 1)"), type)])
        var last: ValueName = "x"
        for index in 0..<count {
            let (weight, result) = (ValueName("w\(index)"), ValueName("y\(index)"))
            let bound = (3 / Float(width)).squareRoot() * (index % 2 == 0 ? 1 : Float(2).squareRoot())
            graph.initializers[weight] = try Tensor(
                (0..<width * width).map { _ in Float.random(in: -bound...bound, using: &numbers) },
                shape: [width, width])
            graph.nodes.append(Node("MatMul", inputs: [last, weight], outputs: [result]))
            last = result
            if index % 2 == 0, index + 1 < count {
                let positive = ValueName("p\(index)")
                graph.nodes.append(Node("Relu", inputs: [result], outputs: [positive]))
                last = positive
            }
        }
        return ModelGraph(graph: graph, opsets: ["": 17], sourceOpset: 17)
    }

    private func inputs() throws -> SampleArray {
        var numbers = SeededGenerator(seed: 22)
        return SampleArray(
            try (0..<LargeModelTests.samples).map { index in
                let values = (0..<LargeModelTests.width).map { _ in Float.random(in: -1...1, using: &numbers) }
                return Sample(name: "\(index)", ["x": try Tensor(values, shape: [1, LargeModelTests.width])])
            })
    }

    @Test(
        "A chain of 100 products, quantized in segments and written beside its weights, answers in ONNX Runtime as here"
    )
    func chainOfProducts() throws {
        let files = try Files()
        defer { files.remove() }
        let samples = try inputs()
        var quantizer = Quantizer(.int8)
        quantizer.memory = MemoryBudget(bytes: 1, scratchFolder: files.folder.path)
        let quantized = Model(try quantizer.quantize(try chain(of: 100), calibratedOn: samples).model)
        try ONNX.write(
            quantized.contents, to: files.path("q.onnx"), options: .init(externalData: .always(minimumBytes: 1024)))
        let weights = try FileAccess.open(files.path("q.onnx.data")).size
        #expect(weights >= UInt64(100 * LargeModelTests.width * LargeModelTests.width))

        let all = try (0..<samples.count).map { index throws(BitdepthError) in try samples.sample(at: index) }
        let batch = try #require(try Batch.assemble(all).tensors["x"])
        try NumPy.write(batch, to: files.path("x.npy"))
        try Python.current().run(
            "run_onnxruntime.py", [files.path("q.onnx"), files.path("x.npy"), files.path("y.npy")])
        let expected = try NumPy.read(files.path("y.npy")).floats()
        let found = try #require(try quantized.compiled().makeSession().run(["x": batch])["y99"]).floats()
        #expect(found.count == expected.count)
        var noise = SignalToQuantizationNoise()
        try noise.add(reference: expected, found)
        // Sums in FP32 may round a code the other way now and then; the rest is exact.
        #expect(try #require(noise.decibels) > 30)
        let equal = zip(found, expected).count { abs($0 - $1) <= 1e-6 * max(abs($0), abs($1)) }
        #expect(Double(equal) > 0.9 * Double(found.count))
    }
}
