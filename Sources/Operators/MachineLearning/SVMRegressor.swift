import BitdepthGraphs
import BitdepthTensors

/// Σ αᵢ K(x, vᵢ) + ρ over support vectors vᵢ, or α · x + ρ without them; of a one-class machine the sign, 1 or −1:
/// X `[N, C]` → FP32 `[N, 1]`.
///
/// Source: ONNX operator specification, ai.onnx.ml SVMRegressor-1.
public struct SVMRegressor: Operator {
    public static let signature = OperatorSignature(.machineLearning("SVMRegressor"), versions: [1], inputs: 1...1)

    private let coefficients: [Double]
    private let offset: Double
    private let vectors: SupportVectors?
    private let isOneClass: Bool
    private let postTransform: PostTransform

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        coefficients = (try attributes.floats("coefficients") ?? []).map(Double.init)
        guard let offset = try attributes.floats("rho")?.first else { throw attributes.invalid("rho", "is missing") }
        self.offset = Double(offset)
        let count = try attributes.count("n_supports", default: 0)
        vectors = count > 0 ? try SupportVectors(attributes, count: count) : nil
        guard count == 0 || coefficients.count == count else {
            throw attributes.invalid("coefficients", "has \(coefficients.count) entries for \(count) vectors")
        }
        isOneClass = try attributes.flag("one_class", default: false)
        postTransform = try attributes.choice("post_transform", default: .none)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(.float32, PartialShape([try FeatureMatrix.rows(try inputs.required(0, "X")), .known(1)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let samples = try FeatureMatrix(try inputs.required(0, "X"))
        try samples.require(columns: vectors?.columns ?? coefficients.count, "support vectors")
        let results = try samples.map(to: 1) { (row) throws(BitdepthError) in
            let terms = vectors?.similarities(row) ?? Array(row)
            let sum = zip(coefficients, terms).reduce(offset) { $0 + $1.0 * $1.1 }
            return isOneClass ? [sum > 0 ? 1 : -1] : postTransform.apply([sum])
        }
        return [results]
    }
}
