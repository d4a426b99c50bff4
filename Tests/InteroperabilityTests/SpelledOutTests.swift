import Bitdepth
import Testing

/// Operators younger than a file's operator set, written as nodes that every runtime knows.
@Suite("Spelled out operators in ONNX Runtime")
struct SpelledOutTests {
    private func tensor(_ shape: [Int], bound: Float) throws -> Tensor {
        let count = shape.reduce(1, *)
        return try Tensor((0..<count).map { bound * (2 * Float($0 * 37 % count) / Float(count - 1) - 1) }, shape: shape)
    }

    /// Every such operator in a row; activations are applied to values of −4 … 4.
    private func model(opset: Int) throws -> Model {
        var graph = Graph(
            name: "spelled",
            inputs: [.init("x", TensorType(.float32, PartialShape([.symbol("N"), .known(6), .known(8)])))],
            outputs: [.init("y", TensorType(.float32, PartialShape([.symbol("N"), .known(6), .known(8)])))])
        graph.initializers = [
            "lane scale": try tensor([8], bound: 4), "lane bias": try tensor([8], bound: 1),
            "channel scale": try tensor([6], bound: 4), "channel bias": try tensor([6], bound: 1),
        ]
        let steps: [(OperatorName, [ValueName], [String: Attribute])] = [
            ("LayerNormalization", ["lane scale", "lane bias"], ["epsilon": .float(0.01)]), ("Gelu", [], [:]),
            ("RMSNormalization", ["lane scale"], [:]), ("Gelu", [], ["approximate": .text("tanh")]),
            ("GroupNormalization", ["channel scale", "channel bias"], ["num_groups": .int(3)]), ("Mish", [], [:]),
            ("LayerNormalization", ["lane scale"], [:]), ("Swish", [], [:]),
            ("RMSNormalization", ["lane scale"], [:]), ("Swish", [], ["alpha": .float(1.5)]),
            ("LayerNormalization", ["lane scale"], [:]), ("HardSwish", [], [:]),
        ]
        var value: ValueName = "x"
        for (number, step) in steps.enumerated() {
            let output: ValueName = number == steps.count - 1 ? "y" : ValueName("v\(number)")
            var node = Node(step.0, name: "n\(number)", inputs: [value] + step.1, outputs: [output])
            for (name, attribute) in step.2 { node.attributes[name] = attribute }
            graph.nodes.append(node)
            value = output
        }
        return Model(ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: opset))
    }

    @Test("Activations and normalizations that an operator set lacks give the same numbers", arguments: [13, 17, 20])
    func numbers(opset: Int) throws {
        let files = try Files()
        defer { files.remove() }
        let model = try model(opset: opset)
        try model.write(to: files.path("m.onnx"))
        let x = try tensor([5, 6, 8], bound: 3)
        try NumPy.write(x, to: files.path("x.npy"))
        let python = try Python.current()
        #expect(try python.run("check_model.py", [files.path("m.onnx")]).contains("ok \(opset)"))
        try python.run("run_onnxruntime.py", [files.path("m.onnx"), files.path("x.npy"), files.path("y.npy")])
        let expected = try NumPy.read(files.path("y.npy"))
        let found = try #require(try model.compiled().makeSession().run(["x": x])["y"])
        #expect(found.shape == expected.shape)
        // Not their maximum: that may pass over NaN.
        let differences = zip(try found.floats(), try expected.floats()).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 <= 1e-4 }, "\(differences.max() ?? 0)")
    }
}
