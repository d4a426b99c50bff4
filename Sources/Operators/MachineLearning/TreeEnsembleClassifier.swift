import BitdepthGraphs
import BitdepthTensors

/// The class for which decision trees vote most, and the scores: X `[N, F]` → labels INT64 `[N]`, scores FP32
/// `[N, classes]`.
///
/// Where there are two classes and all votes are for one, their sum s decides alone: the second class wins where s is
/// above 0, or above ½ when no vote is negative. When they are votes for the first entry, as gradient boosting is
/// written, s is the second class's score, and the first one's is −s, or 1 − s when no vote is negative. The specification
/// is silent of this; it is what ONNX Runtime does and exporters count on.
/// Source: ONNX operator specification, ai.onnx.ml TreeEnsembleClassifier-5.
public struct TreeEnsembleClassifier: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("TreeEnsembleClassifier"), versions: [1, 3, 5], inputs: 1...1, outputs: 1...2)

    private let forest: DecisionForest
    private let labels: [Int]
    private let baseValues: [Double]
    private let postTransform: PostTransform
    /// The only class that is voted for, of two.
    private let only: Int?
    private let votesArePositive: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseText("classlabels_strings")
        labels = try attributes.required("classlabels_int64s", try attributes.ints("classlabels_int64s"))
        guard !labels.isEmpty else { throw attributes.invalid("classlabels_int64s", "is empty") }
        baseValues = try attributes.reals("base_values") ?? []
        postTransform = try attributes.choice("post_transform", default: .none)
        forest = try DecisionForest(listed: attributes, prefix: "class", targets: labels.count)
        let votes = forest.votes.joined()
        let chosen = Set(votes.map(\.target))
        votesArePositive = votes.allSatisfy { $0.weight >= 0 }
        only = labels.count == 2 && chosen.count == 1 && baseValues.count < 2 ? chosen.first : nil
        guard baseValues.isEmpty || baseValues.count == labels.count || only != nil else {
            throw attributes.invalid("base_values", "has \(baseValues.count) entries for \(labels.count) classes")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let rows = try FeatureMatrix.rows(try inputs.required(0, "X"))
        return [
            Fact(.int64, PartialShape([rows])), Fact(.float32, PartialShape([rows, .known(labels.count)])),
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let samples = try FeatureMatrix(try inputs.required(0, "X"))
        try forest.require(samples)
        var chosen: [Int64] = []
        let scores = try samples.map(to: labels.count) { (row) throws(BitdepthError) in
            let votes = try forest.votes(of: row)
            let sums = VoteAggregation.sum.scores(votes, targets: labels.count, trees: forest.roots.count)
            let (top, scores) = only.map { decide(sums, only: $0) } ?? decide(sums)
            chosen.append(Int64(labels[top]))
            return scores
        }
        return [try Tensor(chosen), scores]
    }

    private func decide(_ sums: [Double]) -> (top: Int, scores: [Double]) {
        let scores = baseValues.isEmpty ? sums : zip(sums, baseValues).map { $0 + $1 }
        return (Classification.top(scores), postTransform.apply(scores))
    }

    private func decide(_ sums: [Double], only: Int) -> (top: Int, scores: [Double]) {
        let sum = sums[only] + (baseValues.first ?? 0)
        let top = sum > (votesArePositive ? 0.5 : 0) ? 1 : 0
        if only == 1 { return (top, postTransform.apply([0, sum])) }
        return (top, Classification.pair(sum, complement: votesArePositive ? 1 - sum : -sum, postTransform))
    }
}
