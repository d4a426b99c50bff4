import BitdepthGraphs
import BitdepthTensors

/// -x. Source: ONNX operator specification, Neg-13.
public struct Neg: UnaryOperator {
    public static let signature = OperatorSignature.unary("Neg", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { -x }
    public func apply(_ n: Int) -> Int { 0 &- n }
}

/// The magnitude of x; the smallest integer of a type wraps to itself. Source: ONNX operator specification, Abs-13.
public struct Abs: UnaryOperator {
    public static let signature = OperatorSignature.unary("Abs", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x.magnitude }
    public func apply(_ n: Int) -> Int { n < 0 ? 0 &- n : n }
}

/// -1, 0 or 1. Source: ONNX operator specification, Sign-13.
public struct Sign: UnaryOperator {
    public static let signature = OperatorSignature.unary("Sign", [9, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
    public func apply(_ n: Int) -> Int { n.signum() }
    public var quantization: QuantizationRule { .float }
}

/// The largest integer that is not above x. Source: ONNX operator specification, Floor-13.
public struct Floor: UnaryOperator {
    public static let signature = OperatorSignature.unary("Floor", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x.rounded(.down) }
    public var quantization: QuantizationRule { .float }
}

/// The smallest integer that is not below x. Source: ONNX operator specification, Ceil-13.
public struct Ceil: UnaryOperator {
    public static let signature = OperatorSignature.unary("Ceil", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x.rounded(.up) }
    public var quantization: QuantizationRule { .float }
}

/// The nearest integer, halves to the even one. Source: ONNX operator specification, Round-22.
public struct Round: UnaryOperator {
    public static let signature = OperatorSignature.unary("Round", [11, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
    public var quantization: QuantizationRule { .float }
}
