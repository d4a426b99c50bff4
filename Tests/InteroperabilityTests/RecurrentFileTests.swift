import Bitdepth
import Testing

/// Quantized recurrent layers in ONNX Runtime and here.
@Suite("Recurrent layers in files", .serialized)
struct RecurrentFileTests {
    struct Form: Sendable {
        var op: OperatorName
        var direction: String
        var recurrent: QuantizationConfiguration.RecurrentForm
    }

    private static let forms = QuantizationConfiguration.RecurrentForm.allCases.filter { $0 != .float }.flatMap {
        form in
        [("LSTM", "forward"), ("GRU", "reverse"), ("LSTM", "bidirectional"), ("GRU", "bidirectional")].map {
            Form(op: OperatorName($0.0), direction: $0.1, recurrent: form)
        }
    }

    @Test(
        "An INT8 layer gives here what ONNX Runtime makes of the same file, and is near the float one", arguments: forms
    )
    func layer(form: Form) throws {
        let files = try Files()
        defer { files.remove() }
        let float = try net(form)
        let quantization = try Quantizer(QuantizationConfiguration(recurrent: form.recurrent))
            .quantize(float, calibratedOn: SampleArray((0..<32).map { try sample($0) }))
        let operators = Set(quantization.model.graph.nodes.map(\.op))
        #expect(operators.contains("Scan") == (form.recurrent == .static))
        let model = Model(quantization.model)
        try model.write(to: files.path("q.onnx"))
        let batch = try Batch.assemble((100..<108).map { try sample($0) }).tensors
        let x = try #require(batch["x"])
        try NumPy.write(x, to: files.path("x.npy"))
        let python = try Python.current()
        #expect(try python.run("check_model.py", [files.path("q.onnx")]).contains("ok"))
        try python.run("run_onnxruntime.py", [files.path("q.onnx"), files.path("x.npy"), files.path("y.npy")])
        let found = try #require(try model.compiled().makeSession().run(["x": x])["y"])
        let expected = try #require(try Model(float).compiled().makeSession().run(["x": x])["y"])
        let peer = try NumPy.read(files.path("y.npy"))
        #expect(found.shape == peer.shape)
        // A state that falls on the other side of a tie is a step of 8 bits away, in a Scan.
        #expect(try decibels(found, peer) >= (form.recurrent == .static ? 40 : 80))
        #expect(try decibels(found, expected) >= 30)
    }

    private func decibels(_ found: Tensor, _ reference: Tensor) throws -> Double {
        var noise = SignalToQuantizationNoise()
        try noise.add(reference: try reference.floats(), try found.floats())
        return noise.decibels ?? .infinity
    }

    /// A layer over `[batch, 12, 16]` whose batch is known only in running.
    private func net(_ form: Form) throws -> ModelGraph {
        let (gates, hidden, directions) = (form.op == "LSTM" ? 4 : 3, 24, form.direction == "bidirectional" ? 2 : 1)
        var generator = SeededGenerator(seed: 5)
        var graph = Graph(name: "layer")
        func weights(_ name: ValueName, _ shape: [Int], _ deviation: Float) throws {
            let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1.7...1.7, using: &generator) * deviation
            }
            graph.initializers[name] = try Tensor(values, shape: shape)
        }
        try weights("w", [directions, gates * hidden, 16], 0.3)
        try weights("r", [directions, gates * hidden, hidden], 0.2)
        try weights("b", [directions, 2 * gates * hidden], 0.2)
        graph.inputs = [.init("x", TensorType(.float32, PartialShape([.symbol("batch"), .known(12), .known(16)])))]
        let result = PartialShape([.symbol("batch"), .known(12), .known(directions), .known(hidden)])
        graph.outputs = [.init("y", TensorType(.float32, result))]
        var first = Node("Transpose", name: "first", inputs: ["x"], outputs: ["steps"])
        first.attributes["perm"] = .ints([1, 0, 2])
        var layer = Node(form.op, name: "layer", inputs: ["steps", "w", "r", "b"], outputs: ["all"])
        layer.attributes["hidden_size"] = .int(hidden)
        layer.attributes["direction"] = .text(form.direction)
        var last = Node("Transpose", name: "last", inputs: ["all"], outputs: ["y"])
        last.attributes["perm"] = .ints([2, 0, 1, 3])
        graph.nodes = [first, layer, last]
        return ModelGraph(graph: graph, opsets: ["": 17])
    }

    private func sample(_ index: Int) throws -> Sample {
        var generator = SeededGenerator(seed: UInt64(index) + 11)
        let x = (0..<12 * 16).map { _ in Float.random(in: -1.7...1.7, using: &generator) }
        return Sample(name: "\(index)", ["x": try Tensor(x, shape: [1, 12, 16])])
    }

    @Test(
        "The taggers in models/torch keep their answers, with all products on integers",
        arguments: [
            ("dynamo", QuantizationConfiguration.RecurrentForm.weights), ("torchscript", .weights), ("dynamo", .static),
            ("torchscript", .static),
        ])
    func taggers(exporter: String, form: QuantizationConfiguration.RecurrentForm) throws {
        let float = try Model(contentsOf: Files.model("torch/tagger.\(exporter).onnx"))
        var generator = SeededGenerator(seed: 3)
        let samples = try (0..<40).map { index in
            let tokens = (0..<24).map { _ in Int64.random(in: 1..<32, using: &generator) }
            return Sample(name: "\(index)", ["tokens": try Tensor(tokens, shape: [1, 24])])
        }
        let quantization = try Quantizer(QuantizationConfiguration(recurrent: form))
            .quantize(float.contents, calibratedOn: SampleArray(Array(samples[..<32])))
        let quantized = try CompiledGraph(quantization.model.graph)
        let session = quantized.makeSession()
        let reference = try float.compiled().makeSession()
        for sample in samples[32...] {
            let found = try #require(try session.run(sample.tensors)["logits"])
            let expected = try #require(try reference.run(sample.tensors)["logits"])
            #expect(try decibels(found, expected) >= 25)
        }
        let work = try quantized.work(for: samples[0].tensors).multiplyAccumulates
        #expect(work.integer == work.total && work.total > 0)
    }
}
