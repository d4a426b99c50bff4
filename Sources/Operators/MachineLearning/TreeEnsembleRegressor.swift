import BitdepthGraphs
import BitdepthTensors

/// The votes of decision trees, added up or averaged, over base values: X `[N, F]` → FP32 `[N, targets]`.
///
/// Source: ONNX operator specification, ai.onnx.ml TreeEnsembleRegressor-5.
public struct TreeEnsembleRegressor: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("TreeEnsembleRegressor"), versions: [1, 3, 5], inputs: 1...1)

    private let forest: DecisionForest
    private let targets: Int
    private let baseValues: [Double]
    private let aggregation: VoteAggregation
    private let postTransform: PostTransform

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        targets = try attributes.count("n_targets", default: 1)
        baseValues = try attributes.reals("base_values") ?? []
        guard baseValues.isEmpty || baseValues.count == targets else {
            throw attributes.invalid("base_values", "has \(baseValues.count) entries for \(targets) targets")
        }
        aggregation = try attributes.choice("aggregate_function", default: .sum)
        postTransform = try attributes.choice("post_transform", default: .none)
        forest = try DecisionForest(listed: attributes, prefix: "target", targets: targets)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let rows = try FeatureMatrix.rows(try inputs.required(0, "X"))
        return [Fact(.float32, PartialShape([rows, .known(targets)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let samples = try FeatureMatrix(try inputs.required(0, "X"))
        try forest.require(samples)
        let scores = try samples.map(to: targets) { (row) throws(BitdepthError) in
            let votes = try forest.votes(of: row)
            let scores = aggregation.scores(votes, targets: targets, trees: forest.roots.count)
            return postTransform.apply(baseValues.isEmpty ? scores : zip(scores, baseValues).map { $0 + $1 })
        }
        return [scores]
    }
}
