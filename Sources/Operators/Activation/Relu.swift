import BitdepthGraphs
import BitdepthTensors

/// max(x, 0), element by element.
///
/// Source: ONNX operator specification, Relu-14.
public struct Relu: Operator {
    public static let signature = OperatorSignature("Relu", versions: [1, 6, 13, 14], inputs: 1...1)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try mapFloats(try inputs.required(0, "X")) { $0 < 0 ? 0 : $0 }]
    }

    public var quantization: QuantizationRule { .unary }
}
