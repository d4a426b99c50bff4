import BitdepthGraphs
import BitdepthTensors

/// The matrix product from codes to codes: a, b and y, each with scale and zero point.
///
/// Parameters of a may be one for each row, those of b one for each column.
/// Source: ONNX operator specification, QLinearMatMul-21.
public struct QLinearMatMul: Operator {
    public static let signature = OperatorSignature("QLinearMatMul", versions: [10, 21], inputs: 8...8)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "a")
        let b = try inputs.required(3, "b")
        let zeroPoint = try inputs.required(7, "y_zero_point")
        return [Fact(zeroPoint.element, try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "a")
        let b = try inputs.required(3, "b")
        let output = try Requantization(
            scale: try inputs.required(6, "y_scale"), zeroPoint: try inputs.required(7, "y_zero_point"))
        let product = try MatrixProduct(a.shape, b.shape)
        let sums = try product.multiply(
            try a.integers(minusMatrixParameter: try inputs.required(2, "a_zero_point"), perRow: true),
            try b.integers(minusMatrixParameter: try inputs.required(5, "b_zero_point"), perRow: false))
        let rowScale = try inputs.required(1, "a_scale").asMatrixParameter(perRow: true)
        let columnScale = try inputs.required(4, "b_scale").asMatrixParameter(perRow: false)
        let scales = try BroadcastWalk(rowScale.shape, columnScale.shape)
        let products = try scales.map(try rowScale.floats(), try columnScale.floats()) { $0 * $1 }
        let walk = try BroadcastWalk(product.shape, scales.shape)
        guard walk.shape.count == product.count else {
            throw BitdepthError(
                .shapeMismatch, "scales of shape \(scales.shape) do not fit a product of shape \(product.shape)")
        }
        let codes = try walk.map(sums, products) { output.code($0, scale: $1) }
        return [try Tensor(integers: codes, shape: product.shape, type: output.codes.type)]
    }
}
