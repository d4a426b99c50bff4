import BitdepthGraphs
import BitdepthTensors

/// Attention of queries to keys and values that are already projected, less their biases.
///
/// Inputs: query `[B, S, N·H]`, or all three packed `[B, S, N, 3, H]`; key and value `[B, L, N·H]`, or `[B, N, L, H]` as
/// another call left them, or both packed `[B, L, N, 2, H]`; optional biases of all three side by side, mask, attention
/// bias `[B or 1, N or 1, S, T]`, past key and value `[B, N, P, H]`. Outputs: `[B, S, N·Hv]`, present key and value
/// `[B, N, P + L, H]`, scores `[B, N, S, T]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.MultiHeadAttention-1.
public struct MultiHeadAttention: Operator {
    public static let signature = OperatorSignature(
        .microsoft("MultiHeadAttention"), versions: [1], inputs: 1...10, outputs: 1...4)

    public let heads: Int
    public let attention: MaskedAttention

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        heads = try attributes.positiveInt("num_heads")
        attention = MaskedAttention(
            scale: try attributes.float("scale").flatMap { $0 == 0 ? nil : $0 },
            isCausal: try attributes.flag("unidirectional", default: false),
            maskFilter: try attributes.float("mask_filter_value", default: -10000))
        if attributes.hasInput(8) || attributes.hasInput(9) {
            throw BitdepthError(
                .unsupportedOperator,
                "MultiHeadAttention with shared buffers or beams (inputs 8 and 9) is not supported")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let query = try inputs.required(0, "query")
        let unknown = Fact(query.element, .unknown)
        guard let q = query.dimensions, q.count >= 3,
            let (length, width) = try lengthAndWidth(query, inputs.optional(1), inputs.optional(2))
        else { return [unknown, unknown, unknown, unknown] }
        let before =
            inputs.optional(6)?.dimensions?.dropFirst(2).first ?? (inputs.optional(6) == nil ? .known(0) : .unknown)
        let total = before.plus(length)
        let headSize = q.count == 5 ? q[4] : q[2].divided(by: heads)
        func present(_ size: Dimension) -> Fact {
            Fact(query.element, PartialShape([q[0], .known(heads), total, size]))
        }
        return [
            Fact(query.element, PartialShape([q[0], q[1], width])), present(headSize),
            present(width.divided(by: heads)),
            Fact(query.element, PartialShape([q[0], .known(heads), q[1], total])),
        ]
    }

    /// The number of keys of this call, and the width of the output.
    private func lengthAndWidth(
        _ query: Fact, _ key: Fact?, _ value: Fact?
    ) throws(BitdepthError) -> (length: Dimension, width: Dimension)? {
        guard let key else {
            guard let q = query.dimensions, q.count == 5 else { return nil }
            return (q[1], try q[4].times(.known(heads)))
        }
        guard let k = key.dimensions else { return nil }
        if k.count == 5 { return (k[1], try k[4].times(.known(heads))) }
        guard let v = value?.dimensions, v.count == k.count, v.count == 3 || v.count == 4 else { return nil }
        return v.count == 4 ? (k[2], try v[3].times(.known(heads))) : (k[1], v[2])
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let query = try inputs.required(0, "query")
        var (q, k, v) = try operands(inputs)
        let (pastKey, pastValue) = (inputs.optional(6), inputs.optional(7))
        guard (pastKey == nil) == (pastValue == nil) else {
            throw BitdepthError(.invalidGraph, "past_key and past_value go together")
        }
        if let pastKey, let pastValue {
            k = try k.joined(behind: try AttentionHeads(pastKey, heads: nil, name: "past_key"))
            v = try v.joined(behind: try AttentionHeads(pastValue, heads: nil, name: "past_value"))
        }
        let past = pastKey?.shape.dimensions.dropFirst(2).first ?? 0
        let result = try attention.evaluate(q, k, v, past: past, mask: inputs.optional(4), bias: inputs.optional(5))
        let scores = try Tensor(
            reals: result.scores, shape: try Shape([q.batch, heads, q.length, k.length]), type: query.type)
        return [
            try result.output.tensor(query.type, isPacked: true), try k.tensor(query.type), try v.tensor(query.type),
            scores,
        ]
    }

    private func operands(_ inputs: [Tensor?]) throws(BitdepthError) -> (AttentionHeads, AttentionHeads, AttentionHeads)
    {
        let query = try inputs.required(0, "query")
        let bias = try inputs.optional(3)?.doubles()
        guard let key = inputs.optional(1) else {
            let parts = try unpacked(query, into: 3, bias: bias, "query")
            return (parts[0], parts[1], parts[2])
        }
        try query.requireRank(3, "query")
        let width = query.shape[2]
        let q = try AttentionHeads(query, heads: heads, bias: try slice(bias, 0, width), name: "query")
        if key.shape.rank == 5 {
            let parts = try unpacked(key, into: 2, bias: bias.map { Array($0.dropFirst(width)) }, "key")
            return (q, parts[0], parts[1])
        }
        let value = try inputs.required(2, "value")
        if key.shape.rank == 4 {
            return (
                q, try AttentionHeads(key, heads: nil, name: "key"),
                try AttentionHeads(value, heads: nil, name: "value")
            )
        }
        try value.requireRank(3, "value")
        let k = try AttentionHeads(key, heads: heads, bias: try slice(bias, width, width), name: "key")
        let v = try AttentionHeads(
            value, heads: heads, bias: try slice(bias, 2 * width, value.shape[2]), name: "value")
        return (q, k, v)
    }

    /// The part of the biases that belongs to one operand.
    private func slice(_ bias: [Double]?, _ first: Int, _ count: Int) throws(BitdepthError) -> [Double]? {
        guard let bias else { return nil }
        guard first + count <= bias.count else {
            throw BitdepthError(.shapeMismatch, "a bias of \(bias.count) elements is too short")
        }
        return Array(bias[first..<first + count])
    }

    /// Operands that lie head by head, `[B, S, N, parts, H]`; their biases lie operand by operand.
    private func unpacked(
        _ tensor: Tensor, into parts: Int, bias: [Double]?, _ name: String
    ) throws(BitdepthError) -> [AttentionHeads] {
        try tensor.requireRank(5, name)
        let shape = tensor.shape
        try tensor.requireShape([shape[0], shape[1], heads, parts, shape[4]], name)
        let split = try tensor.permuted([3, 0, 1, 2, 4])
        let values = try split.doubles()
        let (count, width) = (values.count / parts, heads * shape[4])
        var operands: [AttentionHeads] = []
        for part in 0..<parts {
            operands.append(
                try AttentionHeads(
                    rows: Array(values[part * count..<(part + 1) * count]), try Shape([shape[0], shape[1], width]),
                    columns: 0..<width, heads: heads, bias: try slice(bias, part * width, width)))
        }
        return operands
    }
}
