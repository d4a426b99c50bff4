import BitdepthGraphs
import BitdepthTensors

/// The product of two matrices of codes as reals: A, B, their scales, optional zero points, optional bias.
///
/// B may have a scale and a zero point for each column.
/// Source: ONNX Runtime contrib operators, com.microsoft.MatMulIntegerToFloat-1.
public struct MatMulIntegerToFloat: Operator {
    public static let signature = OperatorSignature(.microsoft("MatMulIntegerToFloat"), versions: [1], inputs: 4...7)

    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let scale = try inputs.required(2, "a_scale")
        return [Fact(scale.element, try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let scale = try inputs.required(2, "a_scale")
        let product = try QuantizedMatMul(
            a: try inputs.required(0, "A"), scale: try scale.onlyScale("a_scale"), zeroPoint: inputs.optional(4),
            b: try inputs.required(1, "B"), scale: try inputs.required(3, "b_scale"), zeroPoint: inputs.optional(5),
            bias: inputs.optional(6))
        return [try Tensor(floats: product.values, shape: product.shape, type: scale.type)]
    }
}
