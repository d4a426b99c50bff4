/// How the votes of all trees become one score for each target.
///
/// Source: ONNX operator specification, attribute `aggregate_function` of ai.onnx.ml TreeEnsemble-5, whose numbers are
/// those of the cases in order.
public enum VoteAggregation: String, CaseIterable, Sendable {
    case average = "AVERAGE"
    case sum = "SUM"
    case min = "MIN"
    case max = "MAX"

    /// Targets without a vote are 0.
    func scores(_ votes: [DecisionForest.Vote], targets: Int, trees: Int) -> [Double] {
        var scores = [Double?](repeating: nil, count: targets)
        for vote in votes {
            guard let score = scores[vote.target] else {
                scores[vote.target] = vote.weight
                continue
            }
            scores[vote.target] =
                switch self {
                case .average, .sum: score + vote.weight
                case .min: Swift.min(score, vote.weight)
                case .max: Swift.max(score, vote.weight)
                }
        }
        return scores.map { score in (score ?? 0) / (self == .average ? Double(Swift.max(trees, 1)) : 1) }
    }
}
