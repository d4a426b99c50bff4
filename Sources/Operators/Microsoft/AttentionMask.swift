import BitdepthTensors

/// What padding and causality add to the scores of attention: 0, or a number so small that the key gets no weight.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.Attention-1 and MultiHeadAttention-1, input `mask_index`.
struct AttentionMask {
    private let length: Int
    private let total: Int
    /// `[B, S, T]`.
    private var values: [Double]

    struct Extents {
        var batches: Int
        /// S: queries.
        var length: Int
        /// Keys of former calls.
        var past: Int
        /// T: keys of former calls and of this one.
        var total: Int
    }

    /// - Parameters:
    ///   - mask: Unmasked keys as 1, `[B, T]`, `[B, S, T]` or `[B, 1, M, M]`; or the number of keys of each batch `[B]`; or
    ///     where the keys of each batch end, then where they begin `[2·B]`.
    ///   - filter: What is added for masked keys.
    init(_ mask: Tensor?, _ extents: Extents, isCausal: Bool, filter: Double) throws(BitdepthError) {
        (length, total) = (extents.length, extents.total)
        values = try [Double](repeating: 0, filling: try Shape([extents.batches, extents.length, extents.total]))
        if let mask { try hide(mask, extents, filter) }
        if isCausal { hideFuture(extents) }
    }

    func added(_ place: ScaledDotProduct.Place, key: Int) -> Double {
        values[(place.batch * length + place.step) * total + key]
    }

    private mutating func hide(_ mask: Tensor, _ extents: Extents, _ filter: Double) throws(BitdepthError) {
        let (batches, length, total) = (extents.batches, extents.length, extents.total)
        let given = try mask.integers()
        let isVisible: (Int, Int, Int) -> Bool
        switch mask.shape.dimensions {
        case [batches]: isVisible = { b, _, t in t < given[b] }
        case [2 * batches]: isVisible = { b, _, t in t < given[b] && t >= given[batches + b] }
        // One column is what exporters wrote for no mask at all.
        case [batches, 1], [1, 1]: return
        case [batches, total]: isVisible = { b, _, t in given[b * total + t] > 0 }
        case [batches, length, total]: isVisible = { b, s, t in given[(b * length + s) * total + t] > 0 }
        default:
            let shape = mask.shape
            guard shape.rank == 4, shape[0] == batches, shape[1] == 1, shape[2] == shape[3], shape[3] >= total else {
                throw BitdepthError(
                    .shapeMismatch,
                    "a mask of shape \(shape) does not fit \(batches) batches, \(length) queries and \(total) keys")
            }
            let (side, past) = (shape[3], extents.past)
            guard past <= side - length else {
                throw BitdepthError(.shapeMismatch, "a mask of shape \(shape) has no rows for \(length) queries")
            }
            isVisible = { b, s, t in given[(b * side + past + s) * side + t] > 0 }
        }
        for b in 0..<batches {
            for s in 0..<length {
                for t in 0..<total where !isVisible(b, s, t) { values[(b * length + s) * total + t] = filter }
            }
        }
    }

    private mutating func hideFuture(_ extents: Extents) {
        for b in 0..<extents.batches {
            for s in 0..<length where extents.past + s + 1 < total {
                for t in extents.past + s + 1..<total {
                    values[(b * length + s) * total + t] = -Double(Float.greatestFiniteMagnitude)
                }
            }
        }
    }
}
