import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Older spellings of element, movement and reduction operators") struct ElementUpgradeTests {
    private func output(_ node: OneNode, _ inputs: [Tensor?], opset: Int) throws -> Tensor {
        let values = try node.evaluate(inputs, opset: opset)
        return try #require(values["output0"])
    }

    @Test("Attributes that became inputs still say the same")
    func attributesToInputs() throws {
        let x = try Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        let clip = OneNode("Clip", [("min", .float(2)), ("max", .float(5)), ("consumed_inputs", .ints([0]))])
        #expect(try output(clip, [x], opset: 1).floats() == [2, 2, 3, 4, 5, 5])
        let slice = OneNode("Slice", [("starts", .ints([1])), ("ends", .ints([3])), ("axes", .ints([1]))])
        #expect(try output(slice, [x], opset: 9).floats() == [2, 3, 5, 6])
        let pad = OneNode("Pad", [("paddings", .ints([0, 1, 0, 0])), ("value", .float(9))])
        #expect(try output(pad, [x], opset: 1).floats() == [9, 1, 2, 3, 9, 4, 5, 6])
        #expect(try output(OneNode("Unsqueeze", [("axes", .ints([0]))]), [x], opset: 11).shape.dimensions == [1, 2, 3])
        let sum = OneNode("ReduceSum", [("axes", .ints([1])), ("keepdims", .int(0))])
        #expect(try output(sum, [x], opset: 12).floats() == [6, 15])
        #expect(try output(OneNode("ReduceMean", [("axes", .ints([0]))]), [x], opset: 17).floats() == [2.5, 3.5, 4.5])
        let split = OneNode("Split", [("split", .ints([1, 2])), ("axis", .int(1))], outputs: 2)
        #expect(try split.evaluate([x], opset: 11)["output1"]?.floats() == [2, 3, 5, 6])
        #expect(try OneNode("Split", outputs: 2).evaluate([x], opset: 2)["output1"]?.floats() == [4, 5, 6])
        let topK = OneNode("TopK", [("k", .int(1))], outputs: 2)
        #expect(try topK.evaluate([x], opset: 9)["output1"]?.integers() == [2, 2])
        #expect(try output(OneNode("Reshape", [("shape", .ints([3, -1]))]), [x], opset: 1).shape.dimensions == [3, 2])
        #expect(try output(OneNode("Dropout", [("ratio", .float(0.3)), ("is_test", .int(0))]), [x], opset: 6) == x)
        #expect(try output(OneNode("Cast", [("to", .text("INT32"))]), [x], opset: 1).type == .int32)
    }

    @Test("A second operand that was laid on axis 1 by its first axis is aligned there")
    func legacyBroadcast() throws {
        let x = try Tensor(zeros: try Shape([1, 2, 2, 2]), type: .float32)
        let add = OneNode("Add", [("broadcast", .int(1)), ("axis", .int(1)), ("consumed_inputs", .ints([0, 0]))])
        #expect(try output(add, [x, try .floats([1, 2])], opset: 1).floats() == [1, 1, 1, 1, 2, 2, 2, 2])
        let suffix = OneNode("Add", [("broadcast", .int(1))])
        #expect(try output(suffix, [x, try .floats([1, 2])], opset: 6).floats() == [1, 2, 1, 2, 1, 2, 1, 2])
        let less = OneNode("Less", [("broadcast", .int(1)), ("axis", .int(1))])
        #expect(try output(less, [x, try .floats([1, 0])], opset: 1).integers() == [1, 1, 1, 1, 0, 0, 0, 0])
    }

    @Test("A slope of PRelu was one per channel before version 7")
    func pRelu() throws {
        let x = try Tensor.floats([-1, -1, -1, -1], [1, 2, 2])
        #expect(try output(OneNode("PRelu"), [x, try .floats([2, 3])], opset: 6).floats() == [-2, -2, -3, -3])
    }

    @Test("Scatter becomes ScatterElements, and Tile's one axis a list")
    func renamed() throws {
        let (data, indices, updates) = (try Tensor.floats([1, 2, 3]), try Tensor.ints([1]), try Tensor.floats([9]))
        let (graph, values) = try OneNode("Scatter").upgraded([data, indices, updates], opset: 9)
        #expect(graph.nodes[0].op == "ScatterElements")
        #expect(try Interpreter(graph).run(values)["output0"]?.floats() == [1, 9, 3])
        let tile = OneNode("Tile")
        let tiled = try output(tile, [data, try Tensor(scalar: Float(2)), try Tensor(scalar: Float(0))], opset: 1)
        #expect(try tiled.floats() == [1, 2, 3, 1, 2, 3])
    }

    @Test("Versions ascend, and no operator is listed twice")
    func catalogue() {
        var names = Set<OperatorName>()
        for type in OperatorCatalogue.elements {
            let versions = type.signature.versions
            #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 }, "\(type.signature.name)")
            #expect(names.insert(type.signature.name).inserted, "\(type.signature.name)")
        }
    }
}
