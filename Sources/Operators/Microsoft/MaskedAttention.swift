import BitdepthTensors

/// Attention whose scores get a mask and a bias before the softmax.
public struct MaskedAttention: Sendable {
    /// `nil`: 1 / √(head size).
    public let scale: Float?
    public let isCausal: Bool
    /// What is added to the scores of masked keys.
    public let maskFilter: Float

    /// - Parameters:
    ///   - past: Keys of former calls, before those of this one.
    ///   - mask: As ``AttentionMask`` takes it.
    ///   - bias: `[B or 1, N or 1, S, T]`.
    func evaluate(
        _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads, past: Int, mask: Tensor?, bias: Tensor?
    ) throws(BitdepthError) -> (output: AttentionHeads, scores: [Double]) {
        let product = try ScaledDotProduct(q, k, v, scale: scale.map(Double.init))
        let hidden = try AttentionMask(
            mask, .init(batches: q.batch, length: q.length, past: past, total: k.length), isCausal: isCausal,
            filter: Double(maskFilter))
        let added = try bias.map { bias throws(BitdepthError) in
            try AttentionBias(bias, scores: product.scoreShape)
        }
        return try product.attend { products, place in
            // Scores are FP32: where every key is masked, what is left of them is what FP32 leaves.
            let scores = products.indices.map { t in
                Double(Float(products[t] + hidden.added(place, key: t) + (added?.added(place, key: t) ?? 0)))
            }
            return (LaneFunction.softmax(scores), scores)
        }
    }
}
