import BitdepthGraphs
import BitdepthTensors

/// X · Wᵀ + b: X `[N, C]` or `[C]` → FP32 `[N, targets]`.
///
/// Source: ONNX operator specification, ai.onnx.ml LinearRegressor-1.
public struct LinearRegressor: Operator {
    public static let signature = OperatorSignature(.machineLearning("LinearRegressor"), versions: [1], inputs: 1...1)
    private let linear: LinearScores
    private let postTransform: PostTransform

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        linear = try LinearScores(
            attributes, targets: try attributes.int("targets", default: 1),
            intercepts: try attributes.floats("intercepts"))
        postTransform = try attributes.choice("post_transform", default: .none)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let rows = try FeatureMatrix.rows(try inputs.required(0, "X"))
        return [Fact(.float32, PartialShape([rows, .known(linear.targets)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let samples = try FeatureMatrix(try inputs.required(0, "X"))
        try samples.require(columns: linear.features, "coefficients")
        let scores = try samples.map(to: linear.targets) { (row) throws(BitdepthError) in
            postTransform.apply(linear.scores(row))
        }
        return [scores]
    }
}
