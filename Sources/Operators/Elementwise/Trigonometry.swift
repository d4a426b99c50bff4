import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A function between numbers and angles, circular or hyperbolic. Networks use them for positions and masks, whose large or
/// exact arguments do not bear quantization, so they stay float.
public protocol AngularFunction: UnaryOperator {}

extension AngularFunction {
    public var quantization: QuantizationRule { .float }
}

/// The sine of x, in radians. Source: ONNX operator specification, Sin-22.
public struct Sin: AngularFunction {
    public static let signature = OperatorSignature.unary("Sin", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { sin(x) }
}

/// The cosine of x, in radians. Source: ONNX operator specification, Cos-22.
public struct Cos: AngularFunction {
    public static let signature = OperatorSignature.unary("Cos", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { cos(x) }
}

/// The tangent of x, in radians. Source: ONNX operator specification, Tan-22.
public struct Tan: AngularFunction {
    public static let signature = OperatorSignature.unary("Tan", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { tan(x) }
}

/// The angle of a sine, in radians. Source: ONNX operator specification, Asin-22.
public struct Asin: AngularFunction {
    public static let signature = OperatorSignature.unary("Asin", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { asin(x) }
}

/// The angle of a cosine, in radians. Source: ONNX operator specification, Acos-22.
public struct Acos: AngularFunction {
    public static let signature = OperatorSignature.unary("Acos", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { acos(x) }
}

/// The angle of a tangent, in radians. Source: ONNX operator specification, Atan-22.
public struct Atan: AngularFunction {
    public static let signature = OperatorSignature.unary("Atan", [7, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { atan(x) }
}

/// The hyperbolic sine. Source: ONNX operator specification, Sinh-22.
public struct Sinh: AngularFunction {
    public static let signature = OperatorSignature.unary("Sinh", [9, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { sinh(x) }
}

/// The hyperbolic cosine. Source: ONNX operator specification, Cosh-22.
public struct Cosh: AngularFunction {
    public static let signature = OperatorSignature.unary("Cosh", [9, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { cosh(x) }
}

/// The inverse hyperbolic sine. Source: ONNX operator specification, Asinh-22.
public struct Asinh: AngularFunction {
    public static let signature = OperatorSignature.unary("Asinh", [9, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { asinh(x) }
}

/// The inverse hyperbolic cosine. Source: ONNX operator specification, Acosh-22.
public struct Acosh: AngularFunction {
    public static let signature = OperatorSignature.unary("Acosh", [9, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { acosh(x) }
}

/// The inverse hyperbolic tangent. Source: ONNX operator specification, Atanh-22.
public struct Atanh: AngularFunction {
    public static let signature = OperatorSignature.unary("Atanh", [9, 22])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { atanh(x) }
}
