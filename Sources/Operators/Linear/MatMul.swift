import BitdepthGraphs
import BitdepthTensors

/// The matrix product by NumPy's rules: A `[…, M, K]` · B `[…, K, N]` → `[…, M, N]`; vectors are rows or columns.
///
/// Source: ONNX operator specification, MatMul-13.
public struct MatMul: Operator {
    public static let signature = OperatorSignature("MatMul", versions: [1, 9, 13], inputs: 2...2)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [Fact(a.element, try MatrixProduct.output(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let product = try MatrixProduct(a.shape, b.shape)
        if a.type.isInteger {
            let sums = try product.multiply(try a.integers(), try b.integers())
            return [try Tensor(wrapping: sums, shape: product.shape, type: a.type)]
        }
        return [
            try Tensor(
                reals: try product.multiply(try a.doubles(), try b.doubles()), shape: product.shape, type: a.type)
        ]
    }

    /// A constant right operand is a weight `[K, N]` with output channels on axis 1. The axis is that of a matrix; a
    /// constant of higher rank has no output channel axis of that number and wants one scale for all.
    public var quantization: QuantizationRule {
        QuantizationRule(inputs: [.activation, .weight(axis: 1)], outputs: .calibrated, fusesActivation: true)
    }
}
