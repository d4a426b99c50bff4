import BitdepthGraphs
import BitdepthTensors

/// x · sigmoid(`alpha` · x): the approximation of GELU that ONNX Runtime's optimizer writes.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.QuickGelu-1.
public struct QuickGelu: UnaryOperator {
    public static let signature = OperatorSignature.unary(OperatorName("QuickGelu", domain: "com.microsoft"), [1])
    public let alpha: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1.702)
    }

    public func apply(_ x: Double) -> Double { x / (1 + RealFunctions.exp(-Double(alpha) * x)) }
}
