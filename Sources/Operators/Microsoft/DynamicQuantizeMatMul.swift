import BitdepthGraphs
import BitdepthTensors

/// The product of A, quantized to UINT8 with the range that it has at this moment, and of codes B with scale and optional
/// zero point, for all or for each column; then an optional bias.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.DynamicQuantizeMatMul-1.
public struct DynamicQuantizeMatMul: Operator {
    public static let signature = OperatorSignature(.microsoft("DynamicQuantizeMatMul"), versions: [1], inputs: 3...5)

    private let quantizer: DynamicQuantizeLinear

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        quantizer = try DynamicQuantizeLinear(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [Fact(a.element, try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let quantized = try quantizer.evaluate([a])
        guard quantized.count == 3 else {
            throw BitdepthError(.internal, "DynamicQuantizeLinear made \(quantized.count) outputs")
        }
        let product = try QuantizedMatMul(
            a: quantized[0], scale: try quantized[1].onlyScale("A's scale"), zeroPoint: quantized[2],
            b: try inputs.required(1, "B"), scale: try inputs.required(2, "b_scale"), zeroPoint: inputs.optional(3),
            bias: inputs.optional(4))
        return [try Tensor(floats: product.values, shape: product.shape, type: a.type)]
    }
}
