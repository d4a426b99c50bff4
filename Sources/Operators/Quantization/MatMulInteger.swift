import BitdepthGraphs
import BitdepthTensors

/// The matrix product of codes less their zero points: A, B, optional zero points of both → INT32.
///
/// A vector of zero points has one for each row of A, or each column of B.
/// Source: ONNX operator specification, MatMulInteger-10.
public struct MatMulInteger: Operator {
    public static let signature = OperatorSignature("MatMulInteger", versions: [10], inputs: 2...4)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [Fact(.int32, try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let product = try MatrixProduct(a.shape, b.shape)
        let sums = try product.multiply(
            try a.integers(minusMatrixParameter: inputs.optional(2), perRow: true),
            try b.integers(minusMatrixParameter: inputs.optional(3), perRow: false))
        return [try Tensor(wrapping: sums, shape: product.shape, type: .int32)]
    }
}

extension Tensor {
    /// Codes of a matrix operand less zero points that broadcast to it; a vector has one for each row or column.
    func integers(minusMatrixParameter zeroPoint: Tensor?, perRow: Bool) throws(BitdepthError) -> [Int] {
        guard let zeroPoint else { return try integers() }
        guard zeroPoint.type == type else {
            throw BitdepthError(.typeMismatch, "zero point \(zeroPoint) and codes \(self) do not have the same type")
        }
        let parameter = try zeroPoint.asMatrixParameter(perRow: perRow)
        let walk = try BroadcastWalk(shape, parameter.shape)
        guard walk.shape.count == count else {
            throw BitdepthError(.shapeMismatch, "zero point \(zeroPoint) does not fit codes \(self)")
        }
        return try walk.map(try integers(), try parameter.integers()) { $0 &- $1 }
    }
}
