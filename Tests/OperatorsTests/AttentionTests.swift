import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// 4 heads of queries share 2 of keys; 2 queries, 3 keys, 2 numbers. Numbers are those of onnx.reference, onnx 1.23.2.
@Suite("Attention") struct AttentionTests {
    private let queries: Tensor
    private let keys: Tensor
    private let values: Tensor

    init() throws {
        queries = try .pattern([1, 4, 2, 2], divisor: 4)
        keys = try .pattern([1, 2, 3, 2], step: 5, divisor: 4)
        values = try .pattern([1, 2, 3, 2], step: 3, divisor: 4)
    }

    private func attend(
        _ attributes: [(String, Attribute)] = [], _ more: Tensor?...
    ) throws -> [Tensor] {
        try OneNode("Attention", attributes, outputs: 4).evaluate([queries, keys, values] + more)
    }

    @Test("A mask of numbers is added to the scores")
    func mask() throws {
        let y = try attend([], .pattern([2, 3], step: 2, modulus: 5))
        let expected: [Float] = [
            -1.074694, -0.324694, -0.846591, -0.096591, -0.594029, 0.155971, -0.309842, 0.440158, 0.195793, -0.201498,
            0.111165, -0.16276, 0.189274, -0.165565, 0.079628, 0.236696,
        ]
        #expect(try difference(y[0], expected) == nil)
        #expect(y[1] == keys && y[2] == values)
        #expect(try difference(try y[3].slice(first: 3), [1.104854, -1.193243, -1.060660]) == nil)
    }

    @Test("The softcap comes before the mask")
    func softcap() throws {
        let y = try attend(
            [("scale", .float(0.5)), ("softcap", .float(1)), ("qk_matmul_output_mode", .int(2))],
            .pattern([2, 3], step: 2, modulus: 5))
        #expect(try difference(try y[0].slice(first: 4), [-0.913739, -0.163739, -0.758854, -0.008854]) == nil)
        #expect(try difference(try y[3].slice(first: 3), [0.453424, -0.687790, -0.435149]) == nil)
    }

    @Test("A Boolean mask closes keys, and a short one all behind its end")
    func closed() throws {
        let mask = try Tensor.bools([true, false, true, true], [2, 2])
        let y = try attend([("qk_matmul_output_mode", .int(3))], mask)
        let p = try y[3].floats()
        #expect(p[0...2] == [1, 0, 0])
        #expect(p[5] == 0 && abs(p[3] + p[4] - 1) < 1e-6)
    }

    @Test("A causal query sees the keys up to its own, those of the past included")
    func causal() throws {
        let past = (
            try Tensor.pattern([1, 2, 1, 2], step: 2, modulus: 5),
            try Tensor.pattern([1, 2, 1, 2], step: 3, modulus: 5)
        )
        let y = try attend([("is_causal", .int(1))], nil, past.0, past.1)
        #expect(y[1].shape.dimensions == [1, 2, 4, 2])
        #expect(try y[1].floats().prefix(4) == [-0.2, 0, -1.25, 0])
        let expected: [Float] = [
            -0.952519, -0.330011, -0.645754, -0.049354, -0.676415, -0.172237, -0.02297, 0.621493, 0.09464, 0.54062,
            -0.184597, 0.469919, 0.262702, 0.834728, -0.05873, 0.564915,
        ]
        #expect(try difference(y[0], expected) == nil)
    }

    @Test("Windows close keys to the left and right of a query")
    func windows() throws {
        let y = try attend([
            ("left_window_size", .int(0)), ("right_window_size", .int(1)), ("qk_matmul_output_mode", .int(3)),
        ])
        #expect(try difference(try y[3].slice(first: 6), [0.908719, 0.091281, 0, 0, 0.533097, 0.466903]) == nil)
    }

    @Test("A query that sees no key gives zeros")
    func blind() throws {
        let y = try attend([("is_causal", .int(1))], nil, nil, nil, .ints([1]))
        #expect(
            try y[0].floats() == [0, 0, -1.25, -0.5, 0, 0, -1.25, -0.5, 0, 0, 0.5, 1.25, 0, 0, 0.5, 1.25])
    }

    @Test("Heads side by side are heads of their own axis")
    func packed() throws {
        func packed(_ x: Tensor, heads: Int) throws -> Tensor {
            let swapped = try OneNode("Transpose", [("perm", .ints([0, 2, 1, 3]))])(x)
            return try swapped.reshaped(to: try Shape([1, x.shape[2], heads * 2]))
        }
        let y = try OneNode("Attention", [("q_num_heads", .int(4)), ("kv_num_heads", .int(2))], outputs: 4).evaluate([
            try packed(queries, heads: 4), try packed(keys, heads: 2), try packed(values, heads: 2),
        ])
        let plain = try attend()
        #expect(try y[0] == packed(plain[0], heads: 4))
        #expect(Array(y[1...]) == Array(plain[1...]))
    }

    @Test("Types follow from what is known of the inputs")
    func types() throws {
        let unknown = Fact(.float16, .unknown)
        let q = Fact(.float16, PartialShape([.symbol("N"), .known(5), .known(8)]))
        let k = Fact(.float16, PartialShape([.symbol("N"), .unknown, .known(4)]))
        let node = OneNode("Attention", [("q_num_heads", .int(4)), ("kv_num_heads", .int(2))], outputs: 4)
        #expect(
            try node.infer([q, k, k]).map(\.type.shape.description)
                == ["[N,5,8]", "[N,2,?,2]", "[N,2,?,2]", "[N,4,5,?]"])
        #expect(try node.infer([unknown, unknown, unknown])[0].type.shape.rank == nil)
    }
}

extension Tensor {
    /// The first elements, as a vector.
    fileprivate func slice(first count: Int) throws -> Tensor { try .floats(Array(try floats().prefix(count))) }
}
