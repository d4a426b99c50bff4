import BitdepthTensors

/// A product of codes less their zero points, as reals: what MatMulIntegerToFloat, DynamicQuantizeMatMul and QAttention
/// share. B may have a scale and a zero point for each column.
struct QuantizedMatMul {
    let shape: Shape
    /// Row-major.
    let values: [Float]

    init(
        a: Tensor, scale aScale: Float, zeroPoint aZeroPoint: Tensor?, b: Tensor, scale bScale: Tensor,
        zeroPoint bZeroPoint: Tensor?, bias: Tensor?
    ) throws(BitdepthError) {
        let product = try MatrixProduct(a.shape, b.shape)
        let sums = try product.multiply(
            try a.integers(minusMatrixParameter: aZeroPoint, perRow: true),
            try b.integers(minusMatrixParameter: bZeroPoint, perRow: false))
        let steps = try Tensor(try bScale.floats().map { $0 * aScale }, shape: bScale.shape)
        let walk = try BroadcastWalk(product.shape, steps.shape)
        guard walk.shape.count == product.count else {
            throw BitdepthError(
                .shapeMismatch, "scales of shape \(bScale.shape) do not fit a product of shape \(product.shape)")
        }
        var values = try walk.map(sums, try steps.floats()) { Float($0) * $1 }
        if let bias {
            let walk = try BroadcastWalk(product.shape, bias.shape)
            guard walk.shape == product.shape else {
                throw BitdepthError(.shapeMismatch, "a bias of shape \(bias.shape) does not fit \(product.shape)")
            }
            values = try walk.map(values, try bias.floats()) { $0 + $1 }
        }
        shape = product.shape
        self.values = values
    }
}
