import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error, at evaluation and at inference, and never a trap.
@Suite("Hostile attributes and inputs") struct HostileInputTests {
    struct Case: Sendable {
        var op: String
        var attributes: [(String, Attribute)] = []
        var inputs: [Tensor?]
    }

    static func cases() throws -> [Case] {
        let x = try Tensor.floats([1, 2, 3, 4], [2, 2])
        let giant = try Tensor.ints([1 << 30, 1 << 30])
        let one = try Tensor(scalar: Int64(1))
        return [
            Case(op: "Concat", attributes: [("axis", .int(2))], inputs: [x, x]),
            Case(op: "Concat", attributes: [("axis", .int(.min))], inputs: [x]),
            Case(op: "Flatten", attributes: [("axis", .int(3))], inputs: [x]),
            Case(op: "Transpose", attributes: [("perm", .ints([0, 0]))], inputs: [x]),
            Case(op: "Reshape", inputs: [x, try .ints([.min])]),
            Case(op: "Reshape", inputs: [x, try .ints([.max, .max, .max])]),
            Case(op: "Reshape", inputs: [x, try .ints([1, 1, 1, 0])]),
            Case(op: "Squeeze", inputs: [x, try .ints([0])]),
            Case(op: "Unsqueeze", inputs: [x, try .ints([0, 0])]),
            Case(op: "Unsqueeze", inputs: [x, try .ints([9])]),
            Case(op: "Expand", inputs: [x, try .ints([-1])]),
            Case(op: "Expand", inputs: [try .floats([1]), giant]),
            Case(op: "Tile", inputs: [x, try .ints([-1, 1])]),
            Case(op: "Tile", inputs: [x, try .ints([.max, 1])]),
            Case(op: "Tile", inputs: [x, try .ints([1])]),
            Case(op: "Slice", inputs: [x, try .ints([0]), try .ints([1]), try .ints([5])]),
            Case(op: "Slice", inputs: [x, try .ints([0]), try .ints([1]), nil, try .ints([0])]),
            Case(op: "Slice", inputs: [x, try .ints([0, 0]), try .ints([1])]),
            Case(op: "Pad", inputs: [x, try .ints([.max, 0, .max, 0])]),
            Case(op: "Pad", inputs: [x, try .ints([-3, 0, 0, 0])]),
            Case(op: "Pad", inputs: [x, try .ints([1])]),
            Case(op: "Pad", attributes: [("mode", .text("nowhere"))], inputs: [x, try .ints([0, 0, 0, 0])]),
            Case(op: "Gather", inputs: [x, try .ints([2])]),
            Case(op: "Gather", inputs: [x, try .ints([.min])]),
            Case(op: "GatherElements", inputs: [x, try .ints([0, 5], [1, 2])]),
            Case(op: "GatherElements", inputs: [x, try .ints([0])]),
            Case(op: "GatherND", inputs: [x, try .ints([0, 0, 0], [1, 3])]),
            Case(op: "GatherND", attributes: [("batch_dims", .int(.max))], inputs: [x, try .ints([0], [1, 1])]),
            Case(op: "GatherND", attributes: [("batch_dims", .int(-1))], inputs: [x, try .ints([0], [1, 1])]),
            Case(op: "ScatterND", inputs: [x, try .ints([7], [1, 1]), try .floats([1, 2], [1, 2])]),
            Case(op: "ScatterND", inputs: [x, try .ints([0], [1, 1]), try .floats([1])]),
            Case(op: "ScatterElements", inputs: [x, try .ints([9], [1, 1]), try .floats([1], [1, 1])]),
            Case(op: "OneHot", inputs: [try .ints([0]), try Tensor(scalar: Int64(-1)), try .floats([0, 1])]),
            Case(op: "OneHot", inputs: [try .ints([0]), try Tensor(scalar: Int64(1 << 40)), try .floats([0, 1])]),
            Case(op: "OneHot", inputs: [try .ints([0]), one, try .floats([0])]),
            Case(op: "ReverseSequence", inputs: [x, try .ints([3, 0])]),
            Case(op: "ReverseSequence", attributes: [("time_axis", .int(7))], inputs: [x, try .ints([1, 1])]),
            Case(op: "Compress", attributes: [("axis", .int(0))], inputs: [x, try .bools([false, false, true])]),
            Case(op: "CumSum", inputs: [x, try .ints([2], [])]),
            Case(op: "TopK", inputs: [x, try .ints([3])]),
            Case(op: "TopK", inputs: [x, try .ints([-1])]),
            Case(op: "ArgMax", attributes: [("axis", .int(-3))], inputs: [x]),
            Case(op: "ArgMax", inputs: [try Tensor(zeros: try Shape([0, 2]), type: .float32)]),
            Case(op: "ReduceSum", inputs: [x, try .ints([2])]),
            Case(op: "Cast", attributes: [("to", .int(8))], inputs: [x]),
            Case(op: "Cast", attributes: [("to", .int(7))], inputs: [try .floats([.nan])]),
            Case(op: "ConstantOfShape", inputs: [giant]),
            Case(op: "ConstantOfShape", inputs: [try .ints([-1])]),
            Case(op: "Range", inputs: [one, try Tensor(scalar: Int64(5)), try Tensor(scalar: Int64(0))]),
            Case(op: "Range", inputs: [try Tensor(scalar: Int64.min), try Tensor(scalar: Int64.max), one]),
            Case(
                op: "Range",
                inputs: [
                    try Tensor(scalar: Float(0)), try Tensor(scalar: Float.infinity), try Tensor(scalar: Float(1)),
                ]),
            Case(op: "Split", attributes: [("axis", .int(5))], inputs: [x]),
            Case(op: "Split", inputs: [x, try .ints([.max])]),
            Case(op: "Div", inputs: [try .ints([1]), try .ints([0])]),
            Case(op: "Mod", inputs: [try .ints([1]), try .ints([0])]),
            Case(op: "Add", inputs: [x, try .ints([1])]),
            Case(
                op: "Add",
                inputs: [
                    try Tensor(zeros: try Shape([1, 1 << 17]), type: .int8),
                    try Tensor(zeros: try Shape([1 << 17, 1]), type: .int8),
                ]),
            Case(op: "And", inputs: [x, x]),
            Case(op: "BitShift", attributes: [("direction", .text("UP"))], inputs: [try .ints([1]), try .ints([1])]),
            Case(op: "BitShift", inputs: [try .ints([1]), try .ints([1])]),
            Case(op: "PRelu", inputs: [try .floats([1]), try .floats([1, 2])]),
            Case(op: "Trilu", inputs: [try .floats([1])]),
            Case(op: "EyeLike", attributes: [("dtype", .int(99))], inputs: [x]),
            Case(op: "Einsum", attributes: [("equation", .text("ij->ik"))], inputs: [x]),
            Case(op: "Einsum", attributes: [("equation", .text("i!"))], inputs: [x]),
            Case(op: "Einsum", attributes: [("equation", .text("ijk"))], inputs: [x]),
            Case(op: "Constant", attributes: [("value_string", .text("a"))], inputs: []),
            Case(op: "Unique", attributes: [("axis", .int(2))], inputs: [x]),
            Case(op: "Add", inputs: [x, nil]),
        ]
    }

    @Test("Each is an error with a message")
    func evaluation() throws {
        for wrong in try Self.cases() {
            let outputs = wrong.op == "TopK" ? 2 : 1
            let node = OneNode(OperatorName(wrong.op), wrong.attributes, outputs: outputs)
            let error = #expect(throws: BitdepthError.self, "\(wrong.op) \(wrong.attributes)") {
                try node.evaluate(wrong.inputs)
            }
            #expect(error?.code != .internal && error?.message.isEmpty == false, "\(wrong.op): \(error?.message ?? "")")
        }
    }

    @Test("Inference of the same nodes may miss the error but does not trap")
    func inference() throws {
        for wrong in try Self.cases() {
            let node = OneNode(OperatorName(wrong.op), wrong.attributes, outputs: wrong.op == "TopK" ? 2 : 1)
            let facts: [[Fact?]] = [
                wrong.inputs.map { $0.map(Fact.init(constant:)) },
                wrong.inputs.map { $0.map { Fact(TensorType(of: $0)) } },
                wrong.inputs.map { $0.map { Fact($0.type, PartialShape.unknown) } },
            ]
            for facts in facts {
                do throws(BitdepthError) { _ = try node.infer(facts) } catch {
                    #expect(error.code != .internal, "\(wrong.op): \(error.message)")
                }
            }
        }
    }
}
