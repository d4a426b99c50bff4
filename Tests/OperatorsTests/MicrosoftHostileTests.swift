import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error and never a trap.
@Suite("Hostile operators of ONNX Runtime") struct MicrosoftHostileTests {
    static let cases: [HostileNode] = (try? fused() + blocks() + attention() + grouped()) ?? []

    private static func zeros(_ shape: Int..., type: ElementType = .float32) throws -> Tensor {
        try Tensor(zeros: try Shape(shape), type: type)
    }

    private static func fused() throws -> [HostileNode] {
        let matrix = try zeros(2, 2)
        let x = try zeros(1, 1, 3)
        return [
            HostileNode(.microsoft("FusedMatMul"), [matrix, try zeros(3, 2)]),
            HostileNode(.microsoft("FusedMatMul"), [matrix, try zeros()]),
            HostileNode(.microsoft("FusedGemm"), [("activation", .text("Sine"))], [matrix, matrix]),
            HostileNode(.microsoft("FusedConv"), [x, try zeros(1, 1, 1), nil, try zeros(1, 1, 2)]),
            HostileNode(.microsoft("FusedConv"), [("activation", .int(1))], [x, try zeros(1, 1, 1)]),
            HostileNode(.microsoft("NhwcConv"), [try zeros(3), try zeros(1, 1, 1)]),
            HostileNode(.microsoft("BiasGelu"), [matrix, try zeros(3)]),
            HostileNode(.microsoft("BiasSplitGelu"), [try zeros(1, 1, 3), try zeros(3)]),
            HostileNode(.microsoft("SkipLayerNormalization"), [matrix, try zeros(3, 2), try zeros(2)]),
            HostileNode(.microsoft("SkipLayerNormalization"), [try zeros(), try zeros(), try zeros()]),
            HostileNode(
                .microsoft("EmbedLayerNormalization"),
                [
                    try .ints([7], [1, 1], .int32), nil, matrix, matrix, nil, try zeros(2), try zeros(2),
                ]),
            HostileNode(
                .microsoft("EmbedLayerNormalization"),
                [
                    try .ints([0, 0, 0], [1, 3], .int32), nil, matrix, matrix, nil, try zeros(2), try zeros(2),
                ]),
            // Enormous batches of no words.
            HostileNode(
                .microsoft("EmbedLayerNormalization"),
                [
                    try zeros(1 << 40, 0, type: .int32), nil, matrix, matrix, nil, try zeros(2), try zeros(2),
                ]),
        ]
    }

    private static func blocks() throws -> [HostileNode] {
        let codes = try zeros(1, 1, 8, type: .uint8)
        let scale = try zeros(1, 1)
        let a = try zeros(1, 2)
        func nBits(_ k: Int, _ n: Int, _ block: Int, _ bits: Int, _ inputs: [Tensor?]) -> HostileNode {
            HostileNode(
                .microsoft("MatMulNBits"),
                [("K", .int(k)), ("N", .int(n)), ("block_size", .int(block)), ("bits", .int(bits))],
                inputs)
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
            HostileNode(.microsoft("GatherBlockQuantized"), [codes, try .ints([0]), scale]),
            HostileNode(
                .microsoft("GatherBlockQuantized"), [("gather_axis", .int(9))],
                [codes, try .ints([0]), scale]),
            HostileNode(
                .microsoft("GatherBlockQuantized"), [("block_size", .int(16)), ("quantize_axis", .int(2))],
                [codes, try .ints([0]), try zeros(1, 1, 1), try zeros(1, 1, 2, type: .uint8)]),
            HostileNode(.microsoft("GatherBlockQuantized"), [try zeros(2, 2), try .ints([0]), scale]),
            HostileNode(.microsoft("MatMulIntegerToFloat"), [codes, codes, scale, scale]),
        ]
    }

    private static func attention() throws -> [HostileNode] {
        let x = try zeros(1, 2, 4)
        let heads: [(String, Attribute)] = [("num_heads", .int(2))]
        func mask(_ shape: [Int]) throws -> Tensor { try Tensor(zeros: try Shape(shape), type: .int32) }
        let weights = try zeros(4, 12)
        return [
            HostileNode(.microsoft("Attention"), [x, weights]),
            HostileNode(.microsoft("Attention"), [("num_heads", .int(0))], [x, weights]),
            HostileNode(.microsoft("Attention"), [("num_heads", .int(3))], [x, weights]),
            HostileNode(.microsoft("Attention"), heads, [x, try zeros(3, 12)]),
            HostileNode(.microsoft("Attention"), heads, [x, try zeros(4, 13)]),
            HostileNode(.microsoft("Attention"), heads, [x, weights, try zeros(11)]),
            HostileNode(.microsoft("Attention"), heads, [x, weights, nil, try mask([5])]),
            HostileNode(.microsoft("Attention"), heads, [x, weights, nil, try mask([1, 1, 1, 1])]),
            HostileNode(.microsoft("Attention"), heads, [x, weights, nil, nil, try zeros(2, 1, 2, 3, 3)]),
            HostileNode(.microsoft("Attention"), heads, [x, weights, nil, nil, nil, try zeros(1, 1, 2, 3)]),
            HostileNode(
                .microsoft("Attention"), heads + [("qkv_hidden_sizes", .ints([.max, .max, .max]))],
                [x, weights]),
            HostileNode(.microsoft("Attention"), heads + [("qkv_hidden_sizes", .ints([4, 4, 6]))], [x, weights]),
            HostileNode(.microsoft("Attention"), heads + [("do_rotary", .int(1))], [x, weights]),
            HostileNode(.microsoft("MultiHeadAttention"), heads, [x]),
            HostileNode(.microsoft("MultiHeadAttention"), heads, [x, x]),
            HostileNode(.microsoft("MultiHeadAttention"), heads, [x, try zeros(1, 2, 6), x]),
            HostileNode(.microsoft("MultiHeadAttention"), heads, [x, x, x, try zeros(5)]),
            HostileNode(.microsoft("MultiHeadAttention"), heads, [try zeros(1, 2, 2, 2, 1)]),
            HostileNode(
                .microsoft("MultiHeadAttention"), heads,
                [x, x, x, nil, nil, nil, try zeros(1, 2, 3), try zeros(1, 2, 3)]),
            // A past of keys without values.
            HostileNode(
                .microsoft("MultiHeadAttention"), heads, [x, x, x, nil, nil, nil, try zeros(1, 2, 1, 2)]),
            HostileNode(
                .microsoft("MultiHeadAttention"), [("num_heads", .int(1))],
                [try zeros(1 << 40, 1, 0), try zeros(1 << 40, 1, 0), try zeros(1 << 40, 1, 0)]),
            HostileNode(.microsoft("RotaryEmbedding"), [x, try .ints([9]), try zeros(2, 2), try zeros(2, 2)]),
            HostileNode(.microsoft("RotaryEmbedding"), [x, try .ints([.max]), try zeros(2, 2), try zeros(2, 2)]),
            HostileNode(.microsoft("RotaryEmbedding"), [x, try .ints([0]), try zeros(2, 3), try zeros(2, 3)]),
            HostileNode(.microsoft("RotaryEmbedding"), [x, try .ints([0]), try zeros(2, 2), try zeros(2, 1)]),
        ]
    }

    private static func grouped() throws -> [HostileNode] {
        let x = try zeros(1, 2, 4)
        let total = try Tensor.ints([2], [], .int32)
        let heads: [(String, Attribute)] = [("num_heads", .int(2)), ("kv_num_heads", .int(2))]
        func gqa(_ attributes: [(String, Attribute)], _ inputs: [Tensor?]) -> HostileNode {
            HostileNode(.microsoft("GroupQueryAttention"), attributes, inputs)
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
            gqa(heads, [x, x, x, try zeros(1, 2, 1, 2), nil, try ends([1]), total]),
            gqa(heads + [("do_rotary", .int(1))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(heads + [("k_quant_type", .text("PER_TENSOR"))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(heads + [("sliding_window_cache", .int(1))], [x, x, x, nil, nil, try ends([1]), total]),
            gqa(
                heads,
                [x, x, x, nil, nil, try ends([1]), total, nil, nil, nil, nil, try zeros(3)]),
        ]
    }

    @Test("Evaluation throws", arguments: cases)
    func throwing(_ hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
    }

    @Test("Inference throws or tells a shape", arguments: cases)
    func inferring(_ hostile: HostileNode) { hostile.inferWithAndWithoutConstants() }

    @Test("There are cases") func present() { #expect(Self.cases.count > 60) }
}
