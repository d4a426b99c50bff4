import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Older spellings of network operators") struct NetworkUpgradeTests {
    private func output(_ node: OneNode, _ inputs: [Tensor?], opset: Int) throws -> Tensor {
        // Asked for by name: an upgrade may let another node make the output.
        let (graph, values) = try node.upgraded(inputs, opset: opset)
        return try #require(try Interpreter(graph).run(values, wanted: ["output0"])["output0"])
    }

    @Test(
        "Before version 13 Softmax saw all axes from its axis on as one",
        arguments: ["Softmax", "LogSoftmax", "Hardmax"])
    func flattened(type: String) throws {
        let x = try Tensor.floats([1, 2, 3, 4, 4, 3, 2, 1], [2, 2, 2])
        let name = OperatorName(type)
        let rows = try x.reshaped(to: try Shape([2, 4]))
        let expected = try OneNode(name)(rows).floats()
        let old = try output(OneNode(name), [x], opset: 12)
        #expect(try old.floats() == expected)
        #expect(old.shape == x.shape)
        #expect(try output(OneNode(name, [("axis", .int(-2))]), [x], opset: 11).floats() == expected)
        let last = try OneNode(name, [("axis", .int(-1))]).upgraded([x], opset: 11)
        #expect(last.graph.nodes.count == 1)
    }

    @Test("Batch normalization in test mode drops the outputs it never wrote, in training mode it is refused")
    func batch() throws {
        let one = try Tensor.floats([1])
        let inputs = [try Tensor.floats([3], [1, 1]), one, one, one, one]
        let test = OneNode(
            "BatchNormalization", [("is_test", .int(1)), ("consumed_inputs", .ints([0])), ("epsilon", .float(0))],
            outputs: 5)
        let (graph, values) = try test.upgraded(inputs, opset: 1)
        #expect(graph.nodes.first?.outputs.count == 1)
        #expect(try Interpreter(graph).run(values)["output0"]?.floats() == [3])
        #expect(throws: BitdepthError.self) {
            try Interpreter(try OneNode("BatchNormalization", outputs: 5).upgraded(inputs, opset: 7).graph)
        }
    }

    @Test("Statistics of every position become arithmetic")
    func perActivation() throws {
        let node = OneNode("BatchNormalization", [("spatial", .int(0)), ("epsilon", .float(0))])
        let y = try output(
            node,
            [
                try .floats([1, 2, 3, 4], [1, 2, 2]), try .floats([1, 2, 1, 2], [2, 2]),
                try .floats([0, 0, 1, 1], [2, 2]),
                try .floats([1, 1, 1, 1], [2, 2]), try .floats([1, 4, 4, 9], [2, 2]),
            ], opset: 7)
        #expect(try y.floats() == [0, 1, 2, 3])
    }

    @Test("Group normalization had one scale and bias per group")
    func groups() throws {
        let node = OneNode("GroupNormalization", [("num_groups", .int(2)), ("epsilon", .float(0))])
        let y = try output(
            node, [try .floats([1, 3, 10, 20], [1, 4, 1]), try .floats([2, 3]), try .floats([0, 1])], opset: 18)
        #expect(try y.floats() == [-2, 2, -2, 4])
    }

    @Test("Upsample and the first Resize become the latest Resize", arguments: [("Upsample", 9), ("Resize", 10)])
    func resize(type: String, opset: Int) throws {
        let node = OneNode(OperatorName(type))
        let x = try Tensor.floats([1, 2, 3, 4], [1, 1, 2, 2])
        let inputs = [x, try Tensor.floats([1, 1, 2, 3])]
        #expect(
            try output(node, inputs, opset: opset).floats() == [
                1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4,
            ])
        #expect(try node.upgraded(inputs, opset: opset).graph.nodes.first?.op == "Resize")
    }

    @Test("Upsample kept its scales in attributes")
    func upsampleAttributes() throws {
        let x = try Tensor.floats([1, 2], [1, 1, 1, 2])
        #expect(
            try output(OneNode("Upsample", [("scales", .floats([1, 1, 1, 2]))]), [x], opset: 7).floats() == [
                1, 1, 2, 2,
            ])
        let first = OneNode(
            "Upsample", [("height_scale", .float(1)), ("width_scale", .float(2)), ("mode", .text("bilinear"))])
        #expect(try output(first, [x], opset: 1).floats() == [1, 1.5, 2, 2])
    }

    @Test("TensorFlow's half pixel for nearest neighbours is half_pixel rounded up")
    func halfPixel() throws {
        let node = OneNode(
            "Resize",
            [("coordinate_transformation_mode", .text("tf_half_pixel_for_nn")), ("nearest_mode", .text("floor"))])
        let inputs = [try Tensor.floats([0, 1, 2, 3, 4], [5]), nil, nil, try Tensor.ints([3])]
        #expect(try output(node, inputs, opset: 11).floats() == [0, 2, 4])
        let upgraded = try node.upgraded(inputs, opset: 11).graph.nodes.first
        #expect(upgraded?.attributes["coordinate_transformation_mode"] == .text("half_pixel"))
    }

    @Test("Norm orders were floats, Gemm asked for broadcasting")
    func attributes() throws {
        let x = try Tensor.floats([3, -4], [1, 1, 2])
        #expect(try output(OneNode("GlobalLpPool", [("p", .float(2))]), [x], opset: 1).floats() == [5])
        #expect(
            try output(OneNode("LpPool", [("p", .float(1)), ("kernel_shape", .ints([2]))]), [x], opset: 1).floats() == [
                7
            ])
        let gemm = OneNode("Gemm", [("broadcast", .int(1))])
        #expect(
            try output(gemm, [try .floats([2], [1, 1]), try .floats([3], [1, 1]), try .floats([1])], opset: 6).floats()
                == [7])
    }
}
