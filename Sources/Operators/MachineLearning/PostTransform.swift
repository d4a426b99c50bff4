/// What is done to the scores of one sample at the end of a classifier or regressor.
///
/// Source: ONNX operator specification, attribute `post_transform` of domain ai.onnx.ml; the numbers of TreeEnsemble-5 are
/// those of the cases in order.
public enum PostTransform: String, CaseIterable, Sendable {
    case none = "NONE"
    case softmax = "SOFTMAX"
    case logistic = "LOGISTIC"
    /// Softmax of the scores that are not zero; zeros stay.
    case softmaxZero = "SOFTMAX_ZERO"
    case probit = "PROBIT"

    func apply(_ scores: [Double]) -> [Double] {
        switch self {
        case .none: scores
        case .softmax: LaneFunction.softmax(scores)
        case .logistic: scores.map(PostTransform.logistic)
        case .softmaxZero: PostTransform.softmaxZero(scores)
        case .probit: scores.map(PostTransform.probit)
        }
    }

    static func logistic(_ x: Double) -> Double { 1 / (1 + RealFunctions.exp(-x)) }

    private static func softmaxZero(_ scores: [Double]) -> [Double] {
        let isZero = scores.map { $0.magnitude <= 1e-7 }
        let peak = scores.max() ?? 0
        let powers = zip(scores, isZero).map { $1 ? 0 : RealFunctions.exp($0 - peak) }
        let sum = powers.reduce(0, +)
        return sum > 0 ? powers.map { $0 / sum } : powers
    }

    /// √2 · erf⁻¹(2p − 1), by the approximation with a = 0.147 that onnx's reference and ONNX Runtime take.
    ///
    /// Source: Winitzki 2008, "A handy approximation for the error function and its inverse".
    private static func probit(_ probability: Double) -> Double {
        let a = 0.147
        let x = 2 * probability - 1
        let logarithm = RealFunctions.log((1 - x) * (1 + x))
        let half = 2 / (Double.pi * a) + logarithm / 2
        let root = ((half * half - logarithm / a).squareRoot() - half).squareRoot()
        return Double(2).squareRoot() * (x < 0 ? -root : root)
    }
}
