import BitdepthTensors

/// Tensors whose channels lie on the last axis, `[N, D…, C]`, seen as `[N, C, D…]` and back.
enum ChannelsLast {
    static func moveChannelsFirst(_ tensor: Tensor) throws(BitdepthError) -> Tensor {
        let rank = tensor.shape.rank
        guard rank >= 2 else {
            throw BitdepthError(.shapeMismatch, "\(tensor) has no axis of channels behind that of the batch")
        }
        return try tensor.permuted([0, rank - 1] + Array(1..<rank - 1))
    }

    static func moveChannelsLast(_ tensor: Tensor) throws(BitdepthError) -> Tensor {
        let rank = tensor.shape.rank
        guard rank >= 2 else {
            throw BitdepthError(.shapeMismatch, "\(tensor) has no axis of channels behind that of the batch")
        }
        return try tensor.permuted([0] + Array(2..<rank) + [1])
    }

    static func moveChannelsFirst(_ fact: Fact) -> Fact {
        guard let dimensions = fact.dimensions, dimensions.count >= 2 else { return Fact(fact.element, .unknown) }
        let channels = dimensions[dimensions.count - 1]
        return Fact(fact.element, PartialShape([dimensions[0], channels] + dimensions[1..<dimensions.count - 1]))
    }

    static func moveChannelsLast(_ fact: Fact) -> Fact {
        guard let dimensions = fact.dimensions, dimensions.count >= 2 else { return Fact(fact.element, .unknown) }
        return Fact(fact.element, PartialShape([dimensions[0]] + dimensions[2...] + [dimensions[1]]))
    }
}

extension Tensor {
    /// Axes in another order: axis `i` of the result is axis `axes[i]`, which must be a permutation.
    func permuted(_ axes: [Int]) throws(BitdepthError) -> Tensor {
        let strides = shape.strides
        let result = try Shape(axes.map { shape[$0] }).checkedForEvaluation()
        return try gathered(try result.positions(strides: axes.map { strides[$0] }), shape: result)
    }
}
