import BitdepthTensors

/// How GroupQueryAttention turns the products of a query into weights: soft cap, bias, window, causality, softmax with a sink.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.GroupQueryAttention-1.
struct GroupedWeights: Sendable, Hashable {
    /// 0: none.
    let softCap: Float
    let isCausal: Bool
    /// Keys that a query sees, itself included; `nil`: all before it.
    let window: Int?
    /// Whether the softmax has one more score, of 0, that takes weight away.
    let isSmooth: Bool

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        softCap = try attributes.float("softcap", default: 0)
        isCausal = try attributes.flag("causal", default: true)
        let window = try attributes.int("local_window_size", default: -1)
        self.window = window > 0 ? window : nil
        isSmooth = try attributes.int("smooth_softmax", default: -1) == 1
        guard softCap >= 0 else { throw attributes.invalid("softcap", "is \(softCap); it must not be negative") }
    }

    /// - Parameter products: Of the query with each key of the cache.
    /// - Returns: The weight of each key, and its score; both are 0 where the query does not see it.
    func weights(
        _ products: [Double], _ place: ScaledDotProduct.Place, _ cache: KeyCache, _ bias: AttentionBias?, sink: Double?
    ) -> (weights: [Double], scores: [Double]) {
        let nothing = [Double](repeating: 0, count: products.count)
        guard place.step < cache.valid[place.batch] else { return (nothing, nothing) }
        let end = isCausal ? cache.first[place.batch] + place.step + 1 : cache.counts[place.batch]
        let visible = max(0, end - (window ?? end))..<end
        var lane = visible.map { t in
            let score = softCap > 0 ? Double(softCap) * RealFunctions.tanh(products[t] / Double(softCap)) : products[t]
            return score + (bias?.added(place, key: t) ?? 0)
        }
        var scores = nothing
        scores.replaceSubrange(visible, with: lane)
        if let sink { lane.append(sink) } else if isSmooth { lane.append(0) }
        var weights = nothing
        weights.replaceSubrange(visible, with: LaneFunction.softmax(lane).prefix(visible.count))
        return (weights, scores)
    }
}
