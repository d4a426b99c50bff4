import BitdepthTensors

/// The arithmetic of attention over heads that are laid out: scores, softmax, and the mixture of the values.
struct ScaledDotProduct {
    private let query: AttentionHeads
    private let key: AttentionHeads
    private let value: AttentionHeads
    private let scale: Double
    private let softcap: Double
    private let scoreStage: Attention.ScoreStage
    /// `[batch, heads, queries, keys]`
    let scoreShape: Shape

    /// - Parameter scale: 1/√size where `nil`.
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` where batch, heads or sizes do not fit together.
    init(
        _ query: AttentionHeads, _ key: AttentionHeads, _ value: AttentionHeads, scale: Double?, softcap: Double = 0,
        scoreStage: Attention.ScoreStage = .product
    ) throws(BitdepthError) {
        guard query.batch == key.batch, key.batch == value.batch, key.length == value.length, query.size == key.size
        else {
            throw BitdepthError(.shapeMismatch, "queries, keys and values differ in batch, length or size")
        }
        guard key.count == value.count, key.count > 0, query.count % key.count == 0 else {
            throw BitdepthError(
                .shapeMismatch,
                "\(query.count) heads of queries cannot share \(key.count) heads of keys and \(value.count) of values")
        }
        (self.query, self.key, self.value) = (query, key, value)
        self.scale = scale ?? 1 / Double(query.size).squareRoot()
        (self.softcap, self.scoreStage) = (softcap, scoreStage)
        scoreShape = try Shape([query.batch, query.count, query.length, key.length]).checkedForEvaluation()
    }

    /// One query among all.
    struct Place {
        var batch: Int
        var head: Int
        var step: Int
    }

    /// The mixed values `[batch, heads, queries, value size]`, and the scores at the stage that was asked for.
    func attend(_ bias: ScoreBias) throws(BitdepthError) -> (output: AttentionHeads, scores: [Double]) {
        try attend { products, place in
            let capped = softcap > 0 ? products.map { softcap * RealFunctions.tanh($0 / softcap) } : products
            let bias = bias.row(place.batch, place.head, place.step)
            let biased = zip(capped, bias).map { $0 + $1 }
            let probabilities = probabilities(biased, bias)
            switch scoreStage {
            case .product: return (probabilities, products)
            case .softcapped: return (probabilities, capped)
            case .biased: return (probabilities, biased)
            case .probabilities: return (probabilities, probabilities)
            }
        }
    }

    /// The values mixed by weights that are made of the scaled products.
    ///
    /// - Parameter weigh: The weights of all keys for a query, and the scores that are given out, from its products.
    func attend(
        _ weigh: (_ products: [Double], _ place: Place) -> (weights: [Double], scores: [Double])
    ) throws(BitdepthError) -> (output: AttentionHeads, scores: [Double]) {
        var output = try AttentionHeads(
            batch: query.batch, count: query.count, length: query.length, size: value.size)
        var scores: [Double] = []
        // Without queries or keys there may still be a batch of any size to walk over.
        guard !output.values.isEmpty || scoreShape.count > 0 else { return (output, scores) }
        scores.reserveCapacity(scoreShape.count)
        let sharing = query.count / key.count
        for batch in 0..<query.batch {
            for head in 0..<query.count {
                for step in 0..<query.length {
                    let products = products(batch, head, step, keyHead: head / sharing)
                    let weighed = weigh(products, Place(batch: batch, head: head, step: step))
                    mix(weighed.weights, batch, head / sharing, into: &output, at: output.position(batch, head, step))
                    scores += weighed.scores
                }
            }
        }
        return (output, scores)
    }

    private func products(_ batch: Int, _ head: Int, _ step: Int, keyHead: Int) -> [Double] {
        let from = query.position(batch, head, step)
        return (0..<key.length).map { other in
            let to = key.position(batch, keyHead, other)
            var sum = 0.0
            for n in 0..<query.size { sum += query.values[from + n] * key.values[to + n] }
            return sum * scale
        }
    }

    /// Zeros for a query that no key is open to: whether one is, the bias says and not the scores, which may be NaN.
    private func probabilities(_ scores: [Double], _ bias: [Double]) -> [Double] {
        guard bias.contains(where: { $0 != -.infinity }), scores.contains(where: { $0 != -.infinity }) else {
            return scores.map { _ in 0 }
        }
        return LaneFunction.softmax(scores)
    }

    private func mix(
        _ probabilities: [Double], _ batch: Int, _ head: Int, into output: inout AttentionHeads, at position: Int
    ) {
        for (step, probability) in probabilities.enumerated() {
            let from = value.position(batch, head, step)
            for n in 0..<value.size { output.values[position + n] += probability * value.values[from + n] }
        }
    }
}
