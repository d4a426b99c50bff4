import BitdepthGraphs
import BitdepthTensors

/// The matrix product of 16-bit integers; its sums wrap in 32 bits.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.MatMulInteger16-1.
public struct MatMulInteger16: Operator {
    public static let signature = OperatorSignature(.microsoft("MatMulInteger16"), versions: [1], inputs: 2...2)

    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [Fact(resultType(a.element, b.element), try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let product = try MatrixProduct(a.shape, b.shape)
        let sums = try product.multiply(try a.integers(), try b.integers())
        return [try Tensor(wrapping: sums, shape: product.shape, type: resultType(a.type, b.type))]
    }

    private func resultType(_ a: ElementType, _ b: ElementType) -> ElementType {
        a.isSigned || b.isSigned ? .int32 : .uint32
    }
}
