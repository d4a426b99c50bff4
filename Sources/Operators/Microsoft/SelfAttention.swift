import BitdepthGraphs
import BitdepthTensors

/// What Attention and QAttention share: queries, keys and values that one product made side by side, attended to under a mask.
public struct SelfAttention: Sendable, Hashable {
    public let heads: Int
    public let isCausal: Bool
    /// What is added to the scores of masked keys.
    public let maskFilter: Float
    /// `nil`: 1 / √(head size).
    public let scale: Float?
    /// Columns of queries, keys and values where they are not a third each.
    public let widths: [Int]?

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        heads = try attributes.positiveInt("num_heads")
        isCausal = try attributes.flag("unidirectional", default: false)
        maskFilter = try attributes.float("mask_filter_value", default: -10000)
        scale = try attributes.float("scale").flatMap { $0 == 0 ? nil : $0 }
        widths = try attributes.ints("qkv_hidden_sizes").flatMap { $0.isEmpty ? nil : $0 }
        if let widths,
            widths.count != 3 || widths[0] != widths[1]
                || widths.contains(where: { $0 < 1 || $0 > Window.largestValue })
        {
            throw attributes.invalid(
                "qkv_hidden_sizes", "is \(widths); it must be a width twice, then that of the values")
        }
        try attributes.refuseFlag("do_rotary")
        try attributes.refuseFlag("past_present_share_buffer")
    }

    /// Facts of output `[B, S, V]` and present `[2, B, N, P+S, H]`.
    func infer(input: Fact, weights: Fact, past: Fact?, element: ElementType) throws(BitdepthError) -> [Fact] {
        let rows = try input.dimensions(rank: 3, "input")
        let columns = try weights.dimensions(rank: 2, "weights")[1]
        let width = widths.map { Dimension.known($0[2]) } ?? columns.divided(by: 3)
        let before = try past.map { past throws(BitdepthError) in try past.dimensions(rank: 5, "past")[3] } ?? .known(0)
        return [
            Fact(element, PartialShape([rows[0], rows[1], width])),
            Fact(
                element,
                PartialShape([
                    .known(2), rows[0], .known(heads), before.plus(rows[1]), width.divided(by: heads),
                ])),
        ]
    }

    /// - Parameters:
    ///   - projected: Queries, keys and values `[B, S, Q + K + V]`, biases included.
    ///   - mask: As ``AttentionMask`` takes it.
    ///   - past: Keys, then values of former calls: `[2, B, N, P, H]`.
    func evaluate(
        _ projected: [Double], _ shape: Shape, mask: Tensor?, past: Tensor?, bias: Tensor?, type: ElementType
    ) throws(BitdepthError) -> [Tensor] {
        guard shape.rank == 3 else {
            throw BitdepthError(.shapeMismatch, "an input of rank \(shape.rank) has no batches of rows")
        }
        let q = try part(0, projected, shape)
        var (k, v) = (try part(1, projected, shape), try part(2, projected, shape))
        if let past {
            let (pastKeys, pastValues) = try halves(past, k)
            k = try k.joined(behind: pastKeys)
            v = try v.joined(behind: pastValues)
        }
        let result = try MaskedAttention(scale: scale, isCausal: isCausal, maskFilter: maskFilter).evaluate(
            q, k, v, past: k.length - q.length, mask: mask, bias: bias)
        let output = try result.output.tensor(type, isPacked: true)
        // A present has room for keys and values of one size only.
        guard k.size == v.size else { return [output] }
        let present = try Tensor(
            reals: k.values + v.values, shape: try Shape([2, k.batch, heads, k.length, k.size]), type: type)
        return [output, present]
    }

    private func part(_ index: Int, _ projected: [Double], _ shape: Shape) throws(BitdepthError) -> AttentionHeads {
        let third = shape[2] / 3
        let widths = self.widths ?? [third, third, third]
        let first = widths[..<index].reduce(0, +)
        guard widths.reduce(0, +) == shape[2] else {
            throw BitdepthError(
                .shapeMismatch, "\(shape[2]) columns of weights are not those of queries, keys and values \(widths)")
        }
        return try AttentionHeads(rows: projected, shape, columns: first..<first + widths[index], heads: heads)
    }

    private func halves(_ past: Tensor, _ k: AttentionHeads) throws(BitdepthError) -> (
        keys: AttentionHeads, values: AttentionHeads
    ) {
        try past.requireRank(5, "past")
        let length = past.shape[3]
        try past.requireShape([2, k.batch, heads, length, k.size], "past")
        let values = try past.doubles()
        let half = values.count / 2
        func rows(_ values: ArraySlice<Double>) throws(BitdepthError) -> AttentionHeads {
            try AttentionHeads(batch: k.batch, count: heads, length: length, size: k.size, values: Array(values))
        }
        return (try rows(values[..<half]), try rows(values[half...]))
    }
}
