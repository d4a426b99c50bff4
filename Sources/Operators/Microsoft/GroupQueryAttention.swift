import BitdepthGraphs
import BitdepthTensors

/// Causal attention with a cache of keys and values, of which several heads of queries share one.
///
/// Inputs: query `[B, S, N·H]`, or queries, keys and values side by side; key and value `[B, S, Nkv·H]`; past key and value
/// `[B, Nkv, P, H]`; tokens of each batch less one `[B]`; the largest number of tokens; optional caches of cosines and
/// sines, positions, attention bias, sinks `[N]`, and numbers of valid queries `[B]`. Outputs: `[B, S, N·H]`, present key and
/// value `[B, Nkv, T, H]`, optional scores. Rows behind a batch's valid queries are 0. Quantized and sliding caches are not
/// supported.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.GroupQueryAttention-1.
public struct GroupQueryAttention: Operator {
    public static let signature = OperatorSignature(
        .microsoft("GroupQueryAttention"), versions: [1], inputs: 7...17, outputs: 1...4)

    public let heads: Int
    public let sharedHeads: Int
    private let scale: Float?
    private let rotates: Bool
    private let isInterleaved: Bool
    private let weighing: GroupedWeights
    private let scoresAreWeights: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        heads = try attributes.positiveInt("num_heads")
        sharedHeads = try attributes.positiveInt("kv_num_heads")
        guard heads % sharedHeads == 0 else {
            throw attributes.invalid("kv_num_heads", "is \(sharedHeads); it must divide num_heads, which is \(heads)")
        }
        scale = try attributes.float("scale").flatMap { $0 == 0 ? nil : $0 }
        rotates = try attributes.flag("do_rotary", default: false)
        isInterleaved = try attributes.flag("rotary_interleaved", default: false)
        scoresAreWeights = try attributes.int("qk_output", default: 0) == 2
        weighing = try GroupedWeights(attributes)
        try attributes.refuseFlag("sliding_window_cache")
        for name in ["k_quant_type", "v_quant_type"] {
            if let type = try attributes.string(name), type != "NONE" {
                throw attributes.invalid(name, "is \"\(type)\"; quantized caches are not supported")
            }
        }
        for index in [12, 13, 14, 15] where attributes.hasInput(index) {
            throw BitdepthError(
                .unsupportedOperator,
                "GroupQueryAttention with input \(index) (scales of a quantized cache, or weights of a norm) is not supported"
            )
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let query = try inputs.required(0, "query")
        let q = try query.dimensions(rank: 3, "query")
        let isPacked = inputs.optional(1) == nil
        let all: Dimension = .known(isPacked ? heads + 2 * sharedHeads : heads)
        let size = all.value.map { q[2].divided(by: $0) } ?? .unknown
        let total = try inputs.required(6, "total_sequence_length").constant?.integers().first
        let past = try inputs.optional(3)?.dimensions(rank: 4, "past_key")[2] ?? .known(0)
        let length: Dimension = total.flatMap { total in past.value.map { .known(max(total, $0)) } } ?? .unknown
        let present = Fact(query.element, PartialShape([q[0], .known(sharedHeads), length, size]))
        return [
            Fact(query.element, PartialShape([q[0], q[1], try size.times(.known(heads))])), present, present,
            Fact(query.element, PartialShape([q[0], .known(heads), q[1], length])),
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let query = try inputs.required(0, "query")
        guard (inputs.optional(3) == nil) == (inputs.optional(4) == nil) else {
            throw BitdepthError(.invalidGraph, "past_key and past_value go together")
        }
        var (q, k, v) = try operands(inputs)
        let cache = try KeyCache(inputs, batches: q.batch, length: q.length)
        if rotates {
            let positions = try positions(inputs.optional(9), cache, length: q.length)
            q = try rotated(q, positions, inputs)
            k = try rotated(k, positions, inputs)
        }
        let keys = try cache.joined(try past(inputs, 3), k)
        let values = try cache.joined(try past(inputs, 4), v)
        let product = try ScaledDotProduct(q, keys, values, scale: scale.map(Double.init))
        let bias = try inputs.optional(10).map { bias throws(BitdepthError) in
            try AttentionBias(bias, scores: product.scoreShape)
        }
        let sinks = try inputs.optional(11)?.doubles()
        if let sinks, sinks.count != heads {
            throw BitdepthError(.shapeMismatch, "\(sinks.count) sinks do not fit \(heads) heads")
        }
        let result = try product.attend { products, place in
            let made = weighing.weights(products, place, cache, bias, sink: sinks?[place.head])
            return scoresAreWeights ? (made.weights, made.weights) : made
        }
        return [
            try result.output.tensor(query.type, isPacked: true), try keys.tensor(query.type),
            try values.tensor(query.type),
            try Tensor(reals: result.scores, shape: product.scoreShape, type: query.type),
        ]
    }

    private func past(_ inputs: [Tensor?], _ index: Int) throws(BitdepthError) -> AttentionHeads? {
        try inputs.optional(index).map { tensor throws(BitdepthError) in
            try AttentionHeads(tensor, heads: nil, name: "past")
        }
    }

    private func operands(_ inputs: [Tensor?]) throws(BitdepthError) -> (AttentionHeads, AttentionHeads, AttentionHeads)
    {
        let query = try inputs.required(0, "query")
        try query.requireRank(3, "query")
        if let key = inputs.optional(1) {
            let value = try inputs.required(2, "value")
            return (
                try AttentionHeads(query, heads: heads, bias: nil, name: "query"),
                try AttentionHeads(key, heads: sharedHeads, bias: nil, name: "key"),
                try AttentionHeads(value, heads: sharedHeads, bias: nil, name: "value")
            )
        }
        let rows = try query.doubles()
        let size = query.shape[2] / (heads + 2 * sharedHeads)
        guard query.shape[2] == size * (heads + 2 * sharedHeads) else {
            throw BitdepthError(
                .shapeMismatch,
                "rows of \(query.shape[2]) numbers are not \(heads) queries and \(sharedHeads) keys and values")
        }
        func part(_ first: Int, _ count: Int) throws(BitdepthError) -> AttentionHeads {
            try AttentionHeads(
                rows: rows, query.shape, columns: first * size..<(first + count) * size, heads: count)
        }
        return (try part(0, heads), try part(heads, sharedHeads), try part(heads + sharedHeads, sharedHeads))
    }

    /// `[B, S]`: those that are given, or those in the cache; the rows of padding are at 0.
    private func positions(_ given: Tensor?, _ cache: KeyCache, length: Int) throws(BitdepthError) -> Tensor {
        let batches = cache.valid.count
        try given?.requireShape([batches, length], "position_ids")
        let ids = try given?.integers()
        var positions: [Int] = []
        for b in 0..<batches {
            for s in 0..<length {
                guard let ids else {
                    positions.append(s < cache.valid[b] ? cache.first[b] + s : 0)
                    continue
                }
                // The first call of all counts from its first position, whatever the others are.
                positions.append(cache.isFirst ? ids[0] &+ s : ids[b * length + s])
            }
        }
        return try Tensor(integers: positions, shape: try Shape([batches, length]), type: .int64)
    }

    private func rotated(
        _ heads: AttentionHeads, _ positions: Tensor, _ inputs: [Tensor?]
    ) throws(BitdepthError) -> AttentionHeads {
        let cosines = try inputs.required(7, "cos_cache")
        let sines = try inputs.required(8, "sin_cache")
        try cosines.requireRank(2, "cos_cache")
        let rotation = RotaryEmbedding(
            heads: nil, rotatedSize: 2 * cosines.shape[1], isInterleaved: isInterleaved)
        guard let turned = try rotation.evaluate([try heads.tensor(.float64), cosines, sines, positions]).first else {
            throw BitdepthError(.internal, "RotaryEmbedding made no output")
        }
        return try AttentionHeads(turned, heads: nil, name: "rotated heads")
    }
}
