import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error and never a trap.
@Suite("Hostile operators of ONNX Runtime") struct MicrosoftHostileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var op: String
        var attributes: [(String, Attribute)] = []
        var inputs: [Tensor?]
        var testDescription: String { "\(op) \(attributes) \(inputs.map { $0?.description ?? "-" })" }
    }

    static let cases: [Case] = (try? fused() + blocks() + attention() + grouped()) ?? []

    private static func zeros(_ shape: Int..., type: ElementType = .float32) throws -> Tensor {
        try Tensor(zeros: try Shape(shape), type: type)
    }

    private static func fused() throws -> [Case] {
        let matrix = try zeros(2, 2)
        let x = try zeros(1, 1, 3)
        return [
            Case(op: "FusedMatMul", inputs: [matrix, try zeros(3, 2)]),
            Case(op: "FusedMatMul", inputs: [matrix, try zeros()]),
            Case(op: "FusedGemm", attributes: [("activation", .text("Sine"))], inputs: [matrix, matrix]),
            Case(op: "FusedConv", inputs: [x, try zeros(1, 1, 1), nil, try zeros(1, 1, 2)]),
            Case(op: "FusedConv", attributes: [("activation", .int(1))], inputs: [x, try zeros(1, 1, 1)]),
            Case(op: "NhwcConv", inputs: [try zeros(3), try zeros(1, 1, 1)]),
            Case(op: "BiasGelu", inputs: [matrix, try zeros(3)]),
            Case(op: "BiasSplitGelu", inputs: [try zeros(1, 1, 3), try zeros(3)]),
            Case(op: "SkipLayerNormalization", inputs: [matrix, try zeros(3, 2), try zeros(2)]),
            Case(op: "SkipLayerNormalization", inputs: [try zeros(), try zeros(), try zeros()]),
            Case(
                op: "EmbedLayerNormalization",
                inputs: [
                    try .ints([7], [1, 1], .int32), nil, matrix, matrix, nil, try zeros(2), try zeros(2),
                ]),
            Case(
                op: "EmbedLayerNormalization",
                inputs: [
                    try .ints([0, 0, 0], [1, 3], .int32), nil, matrix, matrix, nil, try zeros(2), try zeros(2),
                ]),
        ]
    }

    private static func blocks() throws -> [Case] {
        let codes = try zeros(1, 1, 8, type: .uint8)
        let scale = try zeros(1, 1)
        let a = try zeros(1, 2)
        func nBits(_ k: Int, _ n: Int, _ block: Int, _ bits: Int, _ inputs: [Tensor?]) -> Case {
            Case(
                op: "MatMulNBits",
                attributes: [("K", .int(k)), ("N", .int(n)), ("block_size", .int(block)), ("bits", .int(bits))],
                inputs: inputs)
        }
        return [
            nBits(2, 1, 16, 3, [a, codes, scale]),
            nBits(2, 1, 0, 4, [a, codes, scale]),
            nBits(2, 1, 24, 4, [a, codes, scale]),
            nBits(0, 1, 16, 4, [a, codes, scale]),
            nBits(.max, .max, 16, 4, [a, codes, scale]),
            nBits(2, 1 << 31, 16, 4, [a, codes, scale]),
            nBits(3, 1, 16, 4, [a, codes, scale]),
            nBits(2, 1, 16, 4, [a, try zeros(1, 1, 7, type: .uint8), scale]),
            nBits(2, 1, 16, 4, [a, try zeros(1, 1, 8), scale]),
            nBits(2, 1, 16, 4, [a, codes, try zeros(1, 2)]),
            nBits(2, 1, 16, 4, [a, codes, scale, try zeros(1, 2, type: .uint8)]),
            nBits(2, 1, 16, 4, [a, codes, scale, nil, try .ints([0, 1], [2], .int32)]),
            nBits(2, 1, 16, 4, [a, codes, scale, nil, nil, try zeros(2)]),
            Case(op: "GatherBlockQuantized", inputs: [codes, try .ints([0]), scale]),
            Case(
                op: "GatherBlockQuantized", attributes: [("gather_axis", .int(9))],
                inputs: [codes, try .ints([0]), scale]),
            Case(
                op: "GatherBlockQuantized", attributes: [("block_size", .int(16)), ("quantize_axis", .int(2))],
                inputs: [codes, try .ints([0]), try zeros(1, 1, 1), try zeros(1, 1, 2, type: .uint8)]),
            Case(op: "GatherBlockQuantized", inputs: [try zeros(2, 2), try .ints([0]), scale]),
            Case(op: "MatMulIntegerToFloat", inputs: [codes, codes, scale, scale]),
        ]
    }

    private static func attention() throws -> [Case] {
        let x = try zeros(1, 2, 4)
        let heads: [(String, Attribute)] = [("num_heads", .int(2))]
        func mask(_ shape: [Int]) throws -> Tensor { try Tensor(zeros: try Shape(shape), type: .int32) }
        let weights = try zeros(4, 12)
        return [
            Case(op: "Attention", inputs: [x, weights]),
            Case(op: "Attention", attributes: [("num_heads", .int(0))], inputs: [x, weights]),
            Case(op: "Attention", attributes: [("num_heads", .int(3))], inputs: [x, weights]),
            Case(op: "Attention", attributes: heads, inputs: [x, try zeros(3, 12)]),
            Case(op: "Attention", attributes: heads, inputs: [x, try zeros(4, 13)]),
            Case(op: "Attention", attributes: heads, inputs: [x, weights, try zeros(11)]),
            Case(op: "Attention", attributes: heads, inputs: [x, weights, nil, try mask([5])]),
            Case(op: "Attention", attributes: heads, inputs: [x, weights, nil, try mask([1, 1, 1, 1])]),
            Case(op: "Attention", attributes: heads, inputs: [x, weights, nil, nil, try zeros(2, 1, 2, 3, 3)]),
            Case(op: "Attention", attributes: heads, inputs: [x, weights, nil, nil, nil, try zeros(1, 1, 2, 3)]),
            Case(
                op: "Attention", attributes: heads + [("qkv_hidden_sizes", .ints([.max, .max, .max]))],
                inputs: [x, weights]),
            Case(op: "Attention", attributes: heads + [("qkv_hidden_sizes", .ints([4, 4, 6]))], inputs: [x, weights]),
            Case(op: "Attention", attributes: heads + [("do_rotary", .int(1))], inputs: [x, weights]),
            Case(op: "MultiHeadAttention", attributes: heads, inputs: [x]),
            Case(op: "MultiHeadAttention", attributes: heads, inputs: [x, x]),
            Case(op: "MultiHeadAttention", attributes: heads, inputs: [x, try zeros(1, 2, 6), x]),
            Case(op: "MultiHeadAttention", attributes: heads, inputs: [x, x, x, try zeros(5)]),
            Case(op: "MultiHeadAttention", attributes: heads, inputs: [try zeros(1, 2, 2, 2, 1)]),
            Case(
                op: "MultiHeadAttention", attributes: heads,
                inputs: [x, x, x, nil, nil, nil, try zeros(1, 2, 3), try zeros(1, 2, 3)]),
            Case(op: "RotaryEmbedding", inputs: [x, try .ints([9]), try zeros(2, 2), try zeros(2, 2)]),
            Case(op: "RotaryEmbedding", inputs: [x, try .ints([.max]), try zeros(2, 2), try zeros(2, 2)]),
            Case(op: "RotaryEmbedding", inputs: [x, try .ints([0]), try zeros(2, 3), try zeros(2, 3)]),
            Case(op: "RotaryEmbedding", inputs: [x, try .ints([0]), try zeros(2, 2), try zeros(2, 1)]),
        ]
    }

    private static func grouped() throws -> [Case] {
        let x = try zeros(1, 2, 4)
        let total = try Tensor.ints([2], [], .int32)
        let heads: [(String, Attribute)] = [("num_heads", .int(2)), ("kv_num_heads", .int(2))]
        func gqa(_ attributes: [(String, Attribute)], _ inputs: [Tensor?]) -> Case {
            Case(op: "GroupQueryAttention", attributes: attributes, inputs: inputs)
        }
        func ends(_ values: [Int]) throws -> Tensor { try .ints(values, [values.count], .int32) }
        return [
            gqa([("num_heads", .int(2)), ("kv_num_heads", .int(3))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(heads, [x, x, x, nil, nil, try ends([2]), total]),
            gqa(heads, [x, x, x, nil, nil, try ends([1, 1]), total]),
            gqa(heads, [x, x, x, nil, nil, try ends([Int(Int32.min)]), total]),
            gqa(heads, [x, x, x, nil, nil, try ends([5]), try .ints([6], [], .int32)]),
            gqa(heads, [x, try zeros(1, 1, 4), try zeros(1, 1, 4), nil, nil, try ends([1]), total]),
            gqa(heads, [x, nil, nil, nil, nil, try ends([1]), total]),
            gqa(heads, [x, x, x, try zeros(1, 2, 3), try zeros(1, 2, 3), try ends([1]), total]),
            gqa(heads, [x, x, x, try zeros(1, 2, 3, 1), try zeros(1, 2, 3, 1), try ends([3]), total]),
            gqa(heads + [("do_rotary", .int(1))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(heads + [("k_quant_type", .text("PER_TENSOR"))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(heads + [("sliding_window_cache", .int(1))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(
                heads,
                [x, x, x, nil, nil, try ends([1]), total, nil, nil, nil, nil, try zeros(3)]),
        ]
    }

    @Test("Evaluation throws", arguments: cases)
    func throwing(_ hostile: Case) {
        #expect(throws: BitdepthError.self) {
            _ = try OneNode(.microsoft(hostile.op), hostile.attributes).evaluate(hostile.inputs)
        }
    }

    @Test("Inference throws or tells a shape", arguments: cases)
    func inferring(_ hostile: Case) {
        let facts = hostile.inputs.map { $0.map(Fact.init(constant:)) }
        _ = try? OneNode(.microsoft(hostile.op), hostile.attributes).infer(facts)
    }

    @Test("There are cases") func present() { #expect(Self.cases.count > 60) }
}
