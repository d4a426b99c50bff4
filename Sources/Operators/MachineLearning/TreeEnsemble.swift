import BitdepthGraphs
import BitdepthTensors

/// The votes of decision trees, added up or averaged: X `[N, F]` → `[N, targets]` of X's type.
///
/// Source: ONNX operator specification, ai.onnx.ml TreeEnsemble-5.
public struct TreeEnsemble: Operator {
    public static let signature = OperatorSignature(.machineLearning("TreeEnsemble"), versions: [5], inputs: 1...1)

    private let forest: DecisionForest
    private let targets: Int
    private let aggregation: VoteAggregation
    private let postTransform: PostTransform

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        targets = try attributes.count("n_targets", default: 1)
        aggregation = try TreeEnsemble.choice(attributes, "aggregate_function", VoteAggregation.allCases, default: 1)
        postTransform = try TreeEnsemble.choice(attributes, "post_transform", PostTransform.allCases, default: 0)
        forest = try DecisionForest(indexed: attributes, targets: targets)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        return [Fact(x.element, PartialShape([try FeatureMatrix.rows(x), .known(targets)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let samples = try FeatureMatrix(x)
        try forest.require(samples)
        let scores = try samples.map(to: targets, type: x.type) { (row) throws(BitdepthError) in
            let votes = try forest.votes(of: row)
            return postTransform.apply(aggregation.scores(votes, targets: targets, trees: forest.roots.count))
        }
        return [scores]
    }

    private static func choice<Choice>(
        _ attributes: AttributeReader, _ name: String, _ choices: [Choice], default value: Int
    ) throws(BitdepthError) -> Choice {
        let number = try attributes.int(name, default: value)
        guard choices.indices.contains(number) else {
            throw attributes.invalid(name, "is \(number); it must be 0 to \(choices.count - 1)")
        }
        return choices[number]
    }
}
