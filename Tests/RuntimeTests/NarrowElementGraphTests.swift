import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Graphs of elements of at most 8 bits")
struct NarrowElementGraphTests {
    static let types = ElementType.allCases.filter { $0.isNarrowFloat || $0.isPacked }

    /// Nine elements, so that the last byte of packed ones is not full: codes → Transpose → Dequantize → Relu → Quantize.
    private func graph(_ type: ElementType) throws -> (graph: Graph, codes: Tensor) {
        let codes = try Tensor(
            narrowPatterns: (0..<9).map { UInt8($0 * 7) }, shape: try Shape([3, 3]), type: type)
        let moved = Node("Transpose", inputs: ["codes"], outputs: ["moved"])
        var graph = Graph(
            inputs: [.init("codes", TensorType(of: codes))], outputs: [.init("moved", TensorType(type, .unknown))],
            nodes: [moved])
        // E8M0 is for scales only.
        guard type != .float8e8m0 else { return (graph, codes) }
        graph.initializers = ["scale": try Tensor(scalar: Float(0.5)), "zero": try Tensor(zeros: .scalar, type: type)]
        graph.nodes += [
            Node("DequantizeLinear", inputs: ["moved", "scale", "zero"], outputs: ["reals"]),
            Node("Relu", inputs: ["reals"], outputs: ["positive"]),
            Node("QuantizeLinear", inputs: ["positive", "scale", "zero"], outputs: ["again"]),
        ]
        graph.outputs += [.init("reals", TensorType(.float32, .unknown)), .init("again", TensorType(type, .unknown))]
        return (graph, codes)
    }

    @Test("A compiled graph gives what the references give", arguments: types, [true, false])
    func runs(_ type: ElementType, normalizes: Bool) throws {
        let (graph, codes) = try graph(type)
        let session = try CompiledGraph(graph, options: CompileOptions(normalizes: normalizes)).makeSession()
        let found = try session.run(["codes": codes])
        let expected = try Interpreter(graph).run(["codes": codes])
        #expect(found.count == graph.outputs.count)
        for port in graph.outputs { #expect(found[port.name.text] == expected[port.name], "\(port.name)") }
        let moved = try #require(found["moved"])
        #expect(moved.type == type)
        #expect(
            try moved.narrowPatterns()
                == [0, 21, 42, 7, 28, 49, 14, 35, 56].map { $0 & UInt8((1 << type.bitWidth) - 1) })
    }

    @Test("Weights of narrow floats are dequantized when the graph is compiled, and may feed a convolution")
    func weights() throws {
        let weight = try Tensor(floats: [1, -2, 0.5, 4], shape: try Shape([2, 2, 1, 1]), type: .float8e4m3fn)
        let x = try Tensor([1, 2] as [Float], shape: [1, 2, 1, 1])
        let graph = Graph(
            inputs: [.init("x", TensorType(of: x))], outputs: [.init("y", TensorType(.float32, .unknown))],
            initializers: ["w": weight, "scale": try Tensor(scalar: Float(0.5))],
            nodes: [
                Node("DequantizeLinear", inputs: ["w", "scale"], outputs: ["v"]),
                Node("Conv", inputs: ["x", "v"], outputs: ["y"]),
            ])
        let y = try CompiledGraph(graph).makeSession().run(["x": x])["y"]
        #expect(try y?.floats() == [-1.5, 4.25])
    }

    @Test("An island whose codes are floats is no integer island")
    func island() throws {
        let x = try Tensor([0.3, -1.2, 2.6, 9] as [Float], shape: [1, 4])
        let weight = try Tensor(floats: [1, 2, -1, 0.5], shape: try Shape([4, 1]), type: .float4e2m1)
        let graph = Graph(
            inputs: [.init("x", TensorType(of: x))], outputs: [.init("y", TensorType(.float8e4m3fn, .unknown))],
            initializers: [
                "w": weight, "one": try Tensor(scalar: Float(1)),
                "zero": try Tensor(zeros: .scalar, type: .float8e4m3fn),
            ],
            nodes: [
                Node("QuantizeLinear", inputs: ["x", "one", "zero"], outputs: ["q"]),
                Node("DequantizeLinear", inputs: ["q", "one", "zero"], outputs: ["a"]),
                Node("DequantizeLinear", inputs: ["w", "one"], outputs: ["b"]),
                Node("MatMul", inputs: ["a", "b"], outputs: ["p"]),
                Node("QuantizeLinear", inputs: ["p", "one", "zero"], outputs: ["y"]),
            ])
        let found = try CompiledGraph(graph).makeSession().run(["x": x])
        #expect(found["y"] == (try Interpreter(graph).run(["x": x])["y"]))
        // 0.3125 - 2.5 - 2.5 + 4.5 = -0.1875
        #expect(try found["y"]?.floats() == [-0.1875])
    }
}
