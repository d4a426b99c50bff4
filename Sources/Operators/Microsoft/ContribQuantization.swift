import BitdepthGraphs
import BitdepthTensors

/// QuantizeLinear in the domain that files used for 16-bit and 4-bit codes before ONNX had them.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.QuantizeLinear-1.
public struct ContribQuantizeLinear: Operator {
    public static let signature = OperatorSignature(.microsoft("QuantizeLinear"), versions: [1], inputs: 2...3)

    private let quantizer: QuantizeLinear

    public init(_ attributes: AttributeReader) throws(BitdepthError) { quantizer = try QuantizeLinear(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try quantizer.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] { try quantizer.evaluate(inputs) }
}

/// DequantizeLinear in the domain that files used for 16-bit and 4-bit codes before ONNX had them.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.DequantizeLinear-1.
public struct ContribDequantizeLinear: Operator {
    public static let signature = OperatorSignature(.microsoft("DequantizeLinear"), versions: [1], inputs: 2...3)

    private let dequantizer: DequantizeLinear

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        dequantizer = try DequantizeLinear(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try dequantizer.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] { try dequantizer.evaluate(inputs) }
}
