import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Operators that move codes become QDQ too")
struct QOperatorMovementTests {
    /// `x + x` on codes, with zero point 10 and scale 0.5 of the sum "s", and then a node that moves it to "y".
    private func graph(_ op: OperatorName, _ operands: [Tensor?] = [], _ attributes: [String: Attribute] = [:]) throws
        -> Graph
    {
        var graph = Graph(
            inputs: [.init("x", TensorType(.uint8, try Shape([1, 4, 4, 4])))], outputs: [.init("y", nil)])
        graph.initializers["scale"] = try Tensor(scalar: Float(0.5))
        graph.initializers["zero"] = try Tensor(scalar: UInt8(10))
        let x: [ValueName?] = ["x", "scale", "zero"]
        graph.nodes = [
            Node(
                OperatorName("QLinearAdd", domain: "com.microsoft"), name: "sum", inputs: x + x + ["scale", "zero"],
                outputs: ["s"])
        ]
        var node = Node(op, name: "move", inputs: ["s"], outputs: ["y"])
        for (index, operand) in operands.enumerated() {
            node.inputs.append(operand.map { _ in ValueName("operand\(index)") })
            if let operand { graph.initializers[ValueName("operand\(index)")] = operand }
        }
        for (name, value) in attributes { node.attributes[name] = value }
        graph.nodes.append(node)
        return graph
    }

    struct Movement: Sendable, CustomTestStringConvertible {
        var op: OperatorName
        var operands: [Tensor?] = []
        var attributes: [String: Attribute] = [:]
        var testDescription: String { "\(op) \(attributes.keys.sorted())" }

        static func all() throws -> [Movement] {
            let pads = try Tensor([Int64(0), 0, 1, 0, 0, 0, 0, 2])
            return [
                .init(
                    op: "MaxPool",
                    attributes: [
                        "kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 2]),
                    ]),
                .init(op: "Reshape", operands: [try Tensor([Int64(4), -1])]),
                .init(op: "Flatten"),
                .init(op: "Transpose", attributes: ["perm": .ints([0, 2, 3, 1])]),
                .init(op: "Unsqueeze", operands: [try Tensor([Int64(0)])]),
                .init(op: "Slice", operands: [try Tensor([Int64(1)]), try Tensor([Int64(3)]), try Tensor([Int64(2)])]),
                .init(op: "Gather", operands: [try Tensor([Int64(2), 0])], attributes: ["axis": .int(1)]),
                .init(op: "DepthToSpace", attributes: ["blocksize": .int(2)]),
                .init(op: "Pad", operands: [pads]),
                .init(op: "Pad", operands: [pads, try Tensor(scalar: UInt8(77))]),
                .init(op: "Pad", operands: [pads], attributes: ["mode": .text("edge")]),
            ]
        }
    }

    @Test("Codes come out of the float operator as they came out of the one on codes", arguments: try Movement.all())
    func equality(_ movement: Movement) throws {
        let before = try graph(movement.op, movement.operands, movement.attributes)
        var after = before
        #expect(try QOperatorToQDQ().run(&after) == 2)
        try after.validate()
        #expect(
            after.operators == [
                "DequantizeLinear", "Add", "QuantizeLinear", "DequantizeLinear", movement.op.type, "QuantizeLinear",
            ])
        let x = try ramp([1, 4, 4, 4], 37, 11)
        let expected = try #require(try Interpreter(before).run(["x": x])["y"])
        #expect(expected.type == .uint8)
        #expect(try Interpreter(after).run(["x": x])["y"] == expected)
    }

    @Test("The border of a Pad is the real number of its code: 0 is -5 where the zero point is 10 and the scale 0.5")
    func border() throws {
        var padded = try graph("Pad", [try Tensor([Int64](repeating: 1, count: 8))])
        _ = try QOperatorToQDQ().run(&padded)
        let pad = try #require(padded.nodes.first { $0.name == "move" })
        #expect(try padded.floats(of: pad.input(2)) == [-5])
    }

    @Test("Every part of a Split is quantized, but no indices of a MaxPool")
    func severalOutputs() throws {
        var split = try graph("Split", [], ["axis": .int(1)])
        split.nodes[1].outputs = ["y", "second"]
        split.outputs.append(.init("second", nil))
        _ = try QOperatorToQDQ().run(&split)
        #expect(split.nodes.suffix(2).map(\.op) == ["QuantizeLinear", "QuantizeLinear"])

        var pool = try graph("MaxPool", [], ["kernel_shape": .ints([2, 2])])
        pool.nodes[1].outputs = ["y", "indices"]
        pool.outputs.append(.init("indices", nil))
        _ = try QOperatorToQDQ().run(&pool)
        #expect(pool.nodes.last?.outputs == ["y"])
        #expect(pool.nodes.first { $0.op == "MaxPool" }?.output(1) == "indices")
    }

    @Test("A Concat of codes joins reals only where all have the same parameters", arguments: [true, false])
    func concatenation(_ isEqual: Bool) throws {
        var joined = try graph("Concat", [], ["axis": .int(1)])
        joined.nodes[1].inputs.append("t")
        if !isEqual { joined.initializers["other"] = try Tensor(scalar: Float(0.25)) }
        joined.nodes.insert(
            Node(
                OperatorName("QLinearSigmoid", domain: "com.microsoft"),
                inputs: ["x", "scale", "zero", isEqual ? "scale" : "other", "zero"], outputs: ["t"]), at: 1)
        #expect(try QOperatorToQDQ().run(&joined) == (isEqual ? 3 : 2))
    }

    @Test("A QDQ graph without operators on codes keeps its movement of codes")
    func untouched() throws {
        var graph = Graph(
            inputs: [.init("x", TensorType(.float32, try Shape([2, 3])))], outputs: [.init("y", nil)],
            initializers: ["scale": try Tensor(scalar: Float(0.5)), "zero": try Tensor(scalar: UInt8(10))],
            nodes: [
                Node("QuantizeLinear", inputs: ["x", "scale", "zero"], outputs: ["q"]),
                Node("Transpose", inputs: ["q"], outputs: ["t"]),
                Node("DequantizeLinear", inputs: ["t", "scale", "zero"], outputs: ["y"]),
            ])
        let before = graph
        #expect(try QOperatorToQDQ().run(&graph) == 0)
        #expect(graph == before)
    }
}
