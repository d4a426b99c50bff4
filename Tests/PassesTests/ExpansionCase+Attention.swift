import BitdepthGraphs
import BitdepthTensors

extension ExpansionCase {
    /// Two batches of four positions, and a row in which every key is masked.
    private static func masks() throws -> [(String, Tensor)] {
        [
            ("lengths", try integers([3, 1], [2])),
            ("mask of keys", try integers([1, 0, 1, 1, 0, 0, 0, 0], [2, 4])),
            ("mask of scores", try integers((0..<32).map { $0 % 5 < 3 ? 1 : 0 }, [2, 4, 4])),
        ]
    }

    static func attention() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 7)
        let x = try numbers.tensor([2, 4, 6]), w = try numbers.tensor([6, 24]), b = try numbers.tensor([24])
        let heads: [String: Attribute] = ["num_heads": .int(2)]
        var cases: [ExpansionCase] = [
            .init("Attention", "without a bias", [x, w], constants: [1], heads),
            .init(
                "Attention", "causal", [x, w, b], constants: [1, 2],
                ["num_heads": .int(2), "unidirectional": .int(1), "scale": .float(0.3)]),
            .init(
                "Attention", "narrow values", [x, try numbers.tensor([6, 20]), try numbers.tensor([20])],
                constants: [1, 2], ["num_heads": .int(2), "qkv_hidden_sizes": .ints([8, 8, 4])]),
            .init(
                "Attention", "past and present", [x, w, b, nil, try numbers.tensor([2, 2, 2, 3, 4])],
                constants: [1, 2], ["num_heads": .int(2), "unidirectional": .int(1)], outputs: [true, true]),
            .init(
                "Attention", "attention bias", [x, w, b, nil, nil, try numbers.tensor([1, 2, 4, 4])],
                constants: [1, 2], heads),
        ]
        for (name, mask) in try masks() {
            cases.append(.init("Attention", name, [x, w, b, mask], constants: [1, 2], heads))
        }
        return cases
    }

    /// ONNX's own operator. Masks hide all keys of one query, which then gives zeros.
    static func standardAttention() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 10)
        let rows = try (numbers.tensor([2, 4, 8]), numbers.tensor([2, 4, 8]), numbers.tensor([2, 4, 6]))
        let heads = try (numbers.tensor([2, 2, 4, 3]), numbers.tensor([2, 2, 5, 3]), numbers.tensor([2, 2, 5, 4]))
        let packed: [String: Attribute] = ["q_num_heads": .int(2), "kv_num_heads": .int(2)]
        let visible = try integers((0..<16).map { $0 / 4 == 1 || $0 % 3 == 2 ? 0 : 1 }, [4, 4], .bool)
        let hidden = try Tensor((0..<16).map { $0 / 4 == 2 ? -Float.infinity : Float($0 % 3) }, shape: [4, 4])
        let wide = try Tensor((0..<40).map { $0 % 4 == 1 ? -Float.infinity : 0 }, shape: [2, 1, 4, 5])
        let past = try (numbers.tensor([2, 2, 3, 4]), numbers.tensor([2, 2, 3, 3]))
        var cases: [ExpansionCase] = [
            .init("Attention", "rows", [rows.0, rows.1, rows.2], packed, outputs: [true, true, true]),
            .init("Attention", "heads", [heads.0, heads.1, heads.2], ["scale": .float(0.7)]),
            .init("Attention", "Boolean mask", [rows.0, rows.1, rows.2, visible], packed),
            .init("Attention", "mask of numbers", [rows.0, rows.1, rows.2, hidden], packed),
            .init("Attention", "mask of heads", [heads.0, heads.1, heads.2, wide]),
            .init(
                "Attention", "causal, Boolean mask", [rows.0, rows.1, rows.2, visible],
                packed.merging(["is_causal": .int(1)]) { $1 }),
            .init(
                "Attention", "past and present", [rows.0, rows.1, rows.2, nil, past.0, past.1],
                packed.merging(["is_causal": .int(1)]) { $1 }, outputs: [true, true, true]),
        ]
        for index in cases.indices { cases[index].domain = "" }
        return cases
    }

    static func codes() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 8)
        let x = try numbers.integers([2, 4, 6], in: 0...255, .uint8), b = try numbers.tensor([24])
        let w = try numbers.integers([6, 24], in: -127...127, .int8)
        let scale = try Tensor(scalar: Float(0.01)), zero = try Tensor(scalar: UInt8(120))
        let mask = try integers([1, 0, 1, 1, 0, 0, 0, 0], [2, 4])
        return [
            .init(
                "QAttention", "one scale", [x, w, b, scale, try Tensor(scalar: Float(0.005)), mask, zero],
                constants: [1, 2, 3, 4, 6], ["num_heads": .int(2)]),
            .init(
                "QAttention", "scales for columns",
                [
                    x, w, b, scale, try numbers.tensor([24], in: 0.003...0.01), nil, zero,
                    try numbers.integers([24], in: -2...2, .int8),
                ], constants: [1, 2, 3, 4, 6, 7], ["num_heads": .int(2), "unidirectional": .int(1)]),
        ]
    }

    static func multiHead() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 9)
        let rows = try (numbers.tensor([2, 4, 8]), numbers.tensor([2, 4, 8]), numbers.tensor([2, 4, 6]))
        let bias = try numbers.tensor([22]), past = try (numbers.tensor([2, 2, 3, 4]), numbers.tensor([2, 2, 3, 3]))
        let heads: [String: Attribute] = ["num_heads": .int(2)]
        var cases: [ExpansionCase] = [
            .init("MultiHeadAttention", "plain", [rows.0, rows.1, rows.2], heads, outputs: [true, true, true]),
            .init(
                "MultiHeadAttention", "causal, with biases", [rows.0, rows.1, rows.2, bias], constants: [3],
                ["num_heads": .int(2), "unidirectional": .int(1)]),
            .init(
                "MultiHeadAttention", "heads from elsewhere",
                [
                    rows.0, try numbers.tensor([2, 2, 5, 4]), try numbers.tensor([2, 2, 5, 3]), try numbers.tensor([8]),
                ],
                constants: [3], heads),
            .init(
                "MultiHeadAttention", "past",
                [rows.0, rows.1, rows.2, bias, nil, try numbers.tensor([2, 1, 4, 7]), past.0, past.1], constants: [3],
                ["num_heads": .int(2), "unidirectional": .int(1), "scale": .float(0.4)], outputs: [true, true, true]),
        ]
        for (name, mask) in try masks() {
            cases.append(.init("MultiHeadAttention", name, [rows.0, rows.1, rows.2, nil, mask], heads))
        }
        return cases
    }
}
