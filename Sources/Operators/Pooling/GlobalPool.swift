import BitdepthTensors

/// What the global pools share: each plane of `[N, C, D…]` becomes one element of `[N, C, 1…]`.
enum GlobalPool {
    static func output(_ input: PartialShape) throws(BitdepthError) -> PartialShape {
        guard let dimensions = input.dimensions else { return .unknown }
        try checkRank(dimensions.count)
        return PartialShape(dimensions[..<2] + [Dimension](repeating: .known(1), count: dimensions.count - 2))
    }

    static func evaluate(_ x: Tensor, _ reduce: (ArraySlice<Double>) -> Double) throws(BitdepthError) -> [Tensor] {
        try checkRank(x.shape.rank)
        let pixels = x.shape.count(of: 2..<x.shape.rank)
        guard pixels > 0 || x.shape[0] * x.shape[1] == 0 else {
            throw BitdepthError(.shapeMismatch, "planes of shape \(x.shape) have no elements to pool")
        }
        let values = try x.doubles()
        let results = (0..<x.shape[0] * x.shape[1]).map { plane in reduce(values[plane * pixels..<(plane + 1) * pixels])
        }
        let shape = try Shape([x.shape[0], x.shape[1]] + [Int](repeating: 1, count: x.shape.rank - 2))
        return [try Tensor(saturating: results, shape: shape, type: x.type)]
    }

    private static func checkRank(_ rank: Int) throws(BitdepthError) {
        guard rank >= 2 else {
            throw BitdepthError(
                .shapeMismatch, "an input of rank \(rank) cannot be pooled; it needs batch and channels")
        }
    }
}
