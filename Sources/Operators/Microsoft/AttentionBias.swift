import BitdepthTensors

/// A tensor `[B or 1, N or 1, S, T]` that is added to scores.
struct AttentionBias {
    private let values: [Double]
    /// 0 along axes that are repeated.
    private let strides: [Int]

    /// - Parameter scores: `[B, N, S, T]`.
    init(_ tensor: Tensor, scores: Shape) throws(BitdepthError) {
        let shape = tensor.shape
        guard shape.rank == 4, scores.rank == 4, shape[2] == scores[2], shape[3] == scores[3],
            shape[0] == 1 || shape[0] == scores[0], shape[1] == 1 || shape[1] == scores[1]
        else {
            throw BitdepthError(
                .shapeMismatch, "an attention bias of shape \(shape) does not fit scores of shape \(scores)")
        }
        strides = shape.stridesBroadcast(to: scores)
        values = try tensor.doubles()
    }

    func added(_ place: ScaledDotProduct.Place, key: Int) -> Double {
        values[place.batch * strides[0] + place.head * strides[1] + place.step * strides[2] + key * strides[3]]
    }
}
