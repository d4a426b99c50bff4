import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// e to the power of x. Source: ONNX operator specification, Exp-13.
public struct Exp: UnaryOperator {
    public static let signature = OperatorSignature.unary("Exp", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { exp(x) }
}

/// The natural logarithm. Stays float when quantized: near 0 no even step is fine enough.
///
/// Source: ONNX operator specification, Log-13.
public struct Log: UnaryOperator {
    public static let signature = OperatorSignature.unary("Log", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { log(x) }
    public var quantization: QuantizationRule { .float }
}

/// The square root. Stays float when quantized, for the reason of ``Log``. Source: ONNX operator specification, Sqrt-13.
public struct Sqrt: UnaryOperator {
    public static let signature = OperatorSignature.unary("Sqrt", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x.squareRoot() }
    public var quantization: QuantizationRule { .float }
}

/// 1 / x. Stays float when quantized, for the reason of ``Log``. Source: ONNX operator specification, Reciprocal-13.
public struct Reciprocal: UnaryOperator {
    public static let signature = OperatorSignature.unary("Reciprocal", [1, 6, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { 1 / x }
    public var quantization: QuantizationRule { .float }
}

/// The error function. Source: ONNX operator specification, Erf-13.
public struct Erf: UnaryOperator {
    public static let signature = OperatorSignature.unary("Erf", [9, 13])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { erf(x) }
    /// On integers it truncates, so it is 0 almost everywhere.
    public func apply(_ n: Int) -> Int { Int(erf(Double(n))) }
}
