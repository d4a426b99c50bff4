/// What classifiers share.
enum Classification {
    /// The position of the largest score, the first one among equals.
    static func top(_ scores: [Double]) -> Int {
        var best = 0
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return best
    }

    /// The scores of two classes of which only the second one's is known.
    ///
    /// - Parameter complement: What the first class has where nothing, or PROBIT, is applied.
    static func pair(_ score: Double, complement: Double, _ transform: PostTransform) -> [Double] {
        switch transform {
        case .none, .probit: transform.apply([complement, score])
        case .logistic, .softmax, .softmaxZero: transform.apply([-score, score])
        }
    }
}
