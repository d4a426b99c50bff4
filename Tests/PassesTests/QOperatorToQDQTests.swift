import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Operators on codes become QDQ")
struct QOperatorToQDQTests {
    @Test("Each operator computes what ONNX Runtime's kernel on codes does", arguments: try QOperatorCase.all())
    func agreement(_ given: QOperatorCase) throws {
        var graph = given.graph
        #expect(try QOperatorToQDQ().run(&graph) == 1)
        try graph.validate()
        let y = try #require(try Interpreter(graph).run(given.samples)["y"])
        #expect(y.shape.dimensions == given.shape)
        #expect(try y.integers() == given.expected)
    }

    @Test("The float operator has the node's name, and QuantizeLinear its output", arguments: try QOperatorCase.all())
    func names(_ given: QOperatorCase) throws {
        var graph = given.graph
        _ = try QOperatorToQDQ().run(&graph)
        let float = try #require(graph.nodes.first { $0.name == "node" })
        #expect(float.op == given.float)
        #expect(float.attributes["channels_last"] == nil && float.attributes["opset"] == nil)
        let last = try #require(graph.nodes.last)
        #expect(last.op == "QuantizeLinear" && last.outputs == ["y"])
        // The parameters are the file's own constants.
        #expect(last.inputs.dropFirst().allSatisfy { $0.map { given.graph.initializers[$0] != nil } ?? false })
    }

    @Test("QGemm without an output scale stays float, with the values that ONNX Runtime computes")
    func floatResult() throws {
        var given = try #require(try QOperatorCase.all().first { $0.op.type == "QGemm" })
        given.inputs.removeLast(2)
        given.attributes["alpha"] = nil
        var graph = given.graph
        #expect(try QOperatorToQDQ().run(&graph) == 1)
        #expect(graph.nodes.last?.op == "Gemm")
        let y = try #require(try Interpreter(graph).run(given.samples)["y"]?.floats())
        let expected: [Float] = [4.434, -3.921, -0.15425, -3.57, -4.829, -1.30525]
        #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("The scale of a bias is alpha · Sa · Sb, along the axis of the channels")
    func biasScale() throws {
        var graph = try #require(try QOperatorCase.all().first { $0.op.type == "QGemm" }).graph
        _ = try QOperatorToQDQ().run(&graph)
        let bias = try #require(graph.nodes.first { $0.input(0) == "i6" })
        #expect(bias.op == "DequantizeLinear")
        #expect(bias.attributes["axis"] == .int(0))
        let expected = [Float(0.01), 0.02, 0.005].map { Float(0.5 * Double($0) * Double(Float(0.05))) }
        #expect(try graph.floats(of: bias.input(1)) == expected)
    }

    @Test("Values that several nodes read are dequantized once")
    func sharing() throws {
        let square = try #require(try QOperatorCase.all().first { $0.op.type == "QLinearMul" })
        var graph = square.graph
        graph.nodes[0].inputs[3...5] = graph.nodes[0].inputs[0...2]
        _ = try QOperatorToQDQ().run(&graph)
        #expect(graph.operators == ["DequantizeLinear", "Mul", "QuantizeLinear"])
    }

    @Test(
        "Channels that come last are moved before the float operator and back behind it",
        arguments: ["QLinearAveragePool", "QLinearGlobalAveragePool"])
    func channelsLast(_ type: String) throws {
        var given = try #require(try QOperatorCase.all().first { $0.op.type == type })
        given.attributes["channels_last"] = .int(1)
        var graph = given.graph
        let expected = try Interpreter(graph).run(given.samples)
        #expect(try QOperatorToQDQ().run(&graph) == 1)
        #expect(
            graph.operators == ["DequantizeLinear", "Transpose", given.float.type, "Transpose", "QuantizeLinear"])
        #expect(try Interpreter(graph).run(given.samples) == expected)
    }

    @Test("QuantizeLinear and DequantizeLinear of ONNX Runtime's domain become ONNX's")
    func standardNames() throws {
        let scale = try Tensor(scalar: Float(0.5))
        let zero = try Tensor(integers: [7], shape: .scalar, type: .uint16)
        var graph = Graph(
            inputs: [.init("x", TensorType(.float32, try Shape([2])))], outputs: [.init("y", nil)],
            initializers: ["scale": scale, "zero": zero],
            nodes: [
                Node(
                    OperatorName("QuantizeLinear", domain: "com.microsoft"), inputs: ["x", "scale", "zero"],
                    outputs: ["codes"]),
                Node(
                    OperatorName("DequantizeLinear", domain: "com.microsoft"), inputs: ["codes", "scale", "zero"],
                    outputs: ["y"]),
            ])
        // No operator on codes: the form of the file is QDQ.
        #expect(try QOperatorToQDQ().run(&graph) == 0)
        #expect(graph.nodes.map(\.op) == ["QuantizeLinear", "DequantizeLinear"])
    }

    @Test("A node whose scale is an input of the graph stays as it is")
    func computedScale() throws {
        var graph = try #require(try QOperatorCase.all().first { $0.op.type == "QLinearSigmoid" }).graph
        graph.inputs.append(.init("i1", TensorType(.float32, Shape.scalar)))
        let before = graph
        #expect(try QOperatorToQDQ().run(&graph) == 0)
        #expect(graph == before)
    }

    @Test(
        "ConvInteger and MatMulInteger, whose results are no codes, stay", arguments: ["ConvInteger", "MatMulInteger"])
    func integers(_ type: String) throws {
        var graph = Graph(
            inputs: [
                .init("a", TensorType(.uint8, try Shape([1, 1, 4, 4]))),
                .init("b", TensorType(.int8, try Shape([1, 1, 4, 4]))),
            ],
            outputs: [.init("y", nil)], nodes: [Node(OperatorName(type), inputs: ["a", "b"], outputs: ["y"])])
        let before = graph
        #expect(try QOperatorToQDQ().run(&graph) == 0)
        #expect(graph == before)
    }

    @Test("Scales of a column each may stand in a matrix, and a single zero point serves them all")
    func matrixOfScales() throws {
        let given = try #require(try QOperatorCase.all().first { $0.op.type == "QLinearMatMul" })
        var graph = given.graph
        graph.initializers["i4"] = try graph.initializers["i4"]?.reshaped(to: try Shape([1, 3]))
        graph.initializers["i5"] = try Tensor(scalar: Int8(0))
        #expect(try QOperatorToQDQ().run(&graph) == 1)
        #expect(try Interpreter(graph).run(given.samples)["y"]?.integers() == given.expected)
    }

    @Test("A zero point that is left out is a zero of the operand's type")
    func noZeroPoint() throws {
        var graph = try #require(try QOperatorCase.all().first { $0.op.type == "QLinearAdd" }).graph
        graph.inputs = graph.inputs.map { .init($0.name, TensorType(.int8, $0.type?.shape ?? .unknown)) }
        for index in [2, 5, 7] { graph.nodes[0].inputs[index] = nil }
        #expect(try QOperatorToQDQ().run(&graph) == 1)
        let inputs = [
            "i0": try Tensor([Int8(-10), 0, 20, 3, 4, 5], shape: [2, 3]), "i3": try Tensor([Int8(-30), 1, 127]),
        ]
        let y = try #require(
            try Interpreter(graph).run(Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0.key), $0.value) }))[
                "y"])
        #expect(y.type == .int8)
        // 0.05 a + 0.03 b in steps of 0.06, by hand: -1.4, 0.03, 4.81; -0.75, 0.23, 4.06.
        #expect(try y.integers() == [-23, 0, 80, -12, 4, 68])
    }

    @Test("Nodes in the body of an If are rewritten, with constants of the graph around it")
    func subgraph() throws {
        let given = try #require(try QOperatorCase.all().first { $0.op.type == "QLinearSigmoid" })
        var outer = given.graph
        let body = Graph(
            outputs: [.init("z", nil)],
            nodes: [Node(given.op, name: "inside", inputs: outer.nodes[0].inputs, outputs: ["z"])])
        outer.inputs.append(.init("condition", TensorType(.bool, Shape.scalar)))
        outer.nodes = [
            Node(
                "If", inputs: ["condition"], outputs: ["y"],
                attributes: ["then_branch": .graph(body), "else_branch": .graph(body)])
        ]
        #expect(try QOperatorToQDQ().run(&outer) == 2)
        try outer.validate()
        let bodies = outer.nodes[0].subgraphs
        #expect(
            bodies.map(\.operators) == [
                ["DequantizeLinear", "Sigmoid", "QuantizeLinear"], ["DequantizeLinear", "Sigmoid", "QuantizeLinear"],
            ])
        #expect(bodies.allSatisfy { $0.outputs.first?.name == "z" })
    }
}
