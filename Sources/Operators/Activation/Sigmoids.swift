import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// 1 / (1 + e⁻ˣ). Source: ONNX operator specification, Sigmoid-13.
public struct Sigmoid: UnaryOperator {
    public static let signature = OperatorSignature.unary("Sigmoid", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { sigmoid(x) }
    public var quantization: QuantizationRule {
        QuantizationRule(inputs: [.activation], outputs: .fixed(low: 0, high: 1))
    }
}

/// `alpha` · x + `beta`, held within 0 … 1. Source: ONNX operator specification, HardSigmoid-22.
public struct HardSigmoid: UnaryOperator {
    public static let signature = OperatorSignature.unary("HardSigmoid", [1, 6, 22])
    public let alpha: Float
    public let beta: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 0.2)
        beta = try attributes.float("beta", default: 0.5)
    }

    public func apply(_ x: Double) -> Double { heldWithinUnit(Double(alpha) * x + Double(beta)) }
    public var quantization: QuantizationRule {
        QuantizationRule(inputs: [.activation], outputs: .fixed(low: 0, high: 1))
    }
}

/// x · hardSigmoid(x) with alpha 1/6 and beta 1/2. Source: ONNX operator specification, HardSwish-22.
public struct HardSwish: UnaryOperator {
    public static let signature = OperatorSignature.unary("HardSwish", [14, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x * heldWithinUnit(x / 6 + 0.5) }
}

/// x · sigmoid(`alpha` · x). Source: ONNX operator specification, Swish-24.
public struct Swish: UnaryOperator {
    public static let signature = OperatorSignature.unary("Swish", [24])
    public let alpha: Float
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
    }
    public func apply(_ x: Double) -> Double { x * sigmoid(Double(alpha) * x) }
}

/// The hyperbolic tangent. Source: ONNX operator specification, Tanh-13.
public struct Tanh: UnaryOperator {
    public static let signature = OperatorSignature.unary("Tanh", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { tanh(x) }
    public var quantization: QuantizationRule {
        QuantizationRule(inputs: [.activation], outputs: .fixed(low: -1, high: 1))
    }
}

/// x / (1 + |x|). Source: ONNX operator specification, Softsign-22.
public struct Softsign: UnaryOperator {
    public static let signature = OperatorSignature.unary("Softsign", [1, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x / (1 + x.magnitude) }
}

/// x · Φ(x), Φ the normal distribution function, exactly or approximated by tanh.
///
/// Source: ONNX operator specification, Gelu-20; Hendrycks and Gimpel 2016.
public struct Gelu: UnaryOperator {
    public static let signature = OperatorSignature.unary("Gelu", [20])
    public let approximation: Approximation

    public enum Approximation: String, Sendable, CaseIterable {
        case none, tanh
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        approximation = try attributes.choice("approximate", default: .none)
    }

    public func apply(_ x: Double) -> Double {
        switch approximation {
        case .none: x / 2 * (1 + erf(x * 0.5.squareRoot()))
        case .tanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        }
    }
}

/// The logistic function, in the form whose exponential cannot overflow.
private func sigmoid(_ x: Double) -> Double {
    let e = exp(-x.magnitude)
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

/// x, or the nearer of 0 and 1; NaN stays.
private func heldWithinUnit(_ x: Double) -> Double { x < 0 ? 0 : x > 1 ? 1 : x }
