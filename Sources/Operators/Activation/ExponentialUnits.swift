import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// x where it is positive, else `alpha` · (eˣ - 1). Source: ONNX operator specification, Elu-22.
public struct Elu: UnaryOperator {
    public static let signature = OperatorSignature.unary("Elu", [1, 6, 22])
    public let alpha: Float
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
    }
    public func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * expm1(x) : x }
}

/// `gamma` · x where x is positive, else `gamma` · `alpha` · (eˣ - 1). Source: ONNX operator specification, Selu-22.
public struct Selu: UnaryOperator {
    public static let signature = OperatorSignature.unary("Selu", [1, 6, 22])
    public let alpha: Float
    public let gamma: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1.67326319217681884765625)
        gamma = try attributes.float("gamma", default: 1.05070102214813232421875)
    }

    public func apply(_ x: Double) -> Double { Double(gamma) * (x < 0 ? Double(alpha) * expm1(x) : x) }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        // Version 1 had rounder defaults.
        guard next == 6 else { return }
        if node.attributes["alpha"] == nil { node.attributes["alpha"] = .float(1.6732) }
        if node.attributes["gamma"] == nil { node.attributes["gamma"] = .float(1.0507) }
    }
}

/// x where it is positive, else `alpha` · (e^(x / alpha) - 1). Source: ONNX operator specification, Celu-28.
public struct Celu: UnaryOperator {
    public static let signature = OperatorSignature.unary("Celu", [12, 28])
    public let alpha: Float
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
    }
    public func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * expm1(x / Double(alpha)) : x }
}

/// log(eˣ + 1). Source: ONNX operator specification, Softplus-22.
public struct Softplus: UnaryOperator {
    public static let signature = OperatorSignature.unary("Softplus", [1, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { softplus(x) }
}

/// x · tanh(softplus(x)). Source: ONNX operator specification, Mish-22.
public struct Mish: UnaryOperator {
    public static let signature = OperatorSignature.unary("Mish", [18, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x * tanh(softplus(x)) }
}

/// log(eˣ + 1), in the form whose exponential cannot overflow.
private func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }
