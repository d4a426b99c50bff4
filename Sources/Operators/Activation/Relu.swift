import BitdepthGraphs
import BitdepthTensors

/// max(x, 0), element by element.
///
/// Source: ONNX operator specification, Relu-14.
public struct Relu: UnaryOperator {
    public static let signature = OperatorSignature.unary("Relu", [1, 6, 13, 14])
    public init(_ attributes: AttributeReader) {}
    public func apply(_ x: Double) -> Double { x < 0 ? 0 : x }
    public func apply(_ n: Int) -> Int { max(n, 0) }
}
