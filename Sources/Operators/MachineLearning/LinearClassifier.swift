import BitdepthGraphs
import BitdepthTensors

/// The class with the largest of the scores X · Wᵀ + b, and the scores: X `[N, C]` or `[C]` → labels INT64 `[N]`, scores
/// FP32 `[N, classes]`.
///
/// One row of coefficients for two labels gives the score s of the second class, which wins where s > 0; the first one's
/// is 1 − s, or what belongs to −s after a transformation, as in ONNX Runtime.
/// Source: ONNX operator specification, ai.onnx.ml LinearClassifier-1.
public struct LinearClassifier: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("LinearClassifier"), versions: [1], inputs: 1...1, outputs: 1...2)
    private let linear: LinearScores
    private let labels: [Int]
    private let postTransform: PostTransform

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseText("classlabels_strings")
        let intercepts = try attributes.floats("intercepts")
        let given = try attributes.ints("classlabels_ints")
        linear = try LinearScores(
            attributes, targets: intercepts?.count ?? given?.count ?? 1, intercepts: intercepts)
        labels = given ?? Array(0..<max(linear.targets, 2))
        postTransform = try attributes.choice("post_transform", default: .none)
        guard labels.count == linear.targets || linear.targets == 1 && labels.count == 2 else {
            throw attributes.invalid("classlabels_ints", "has \(labels.count) entries for \(linear.targets) scores")
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
        try samples.require(columns: linear.features, "coefficients")
        var chosen: [Int64] = []
        let scores = try samples.map(to: labels.count) { (row) throws(BitdepthError) in
            let raw = linear.scores(row)
            if raw.count == 1, labels.count == 2 {
                chosen.append(Int64(labels[raw[0] > 0 ? 1 : 0]))
                return Classification.pair(raw[0], complement: 1 - raw[0], postTransform)
            }
            chosen.append(Int64(labels[Classification.top(raw)]))
            return postTransform.apply(raw)
        }
        return [try Tensor(chosen), scores]
    }
}
