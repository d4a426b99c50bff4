import BitdepthTensors

/// Accumulators to codes: `saturate(round(acc * M) + Z)` with `M = Sa * Sb / Sy`, all in FP32.
///
/// Source: ONNX operator specification, QLinearConv-10 and QLinearMatMul-21.
struct Requantization {
    let codes: Codes
    let zeroPoint: Int
    private let scale: Float

    /// - Parameters:
    ///   - scale: Of the output, one element.
    ///   - zeroPoint: Of the output, one element; its type is the output's.
    init(scale: Tensor, zeroPoint: Tensor) throws(BitdepthError) {
        codes = try Codes(zeroPoint.type)
        self.scale = try scale.onlyScale("output scale")
        self.zeroPoint = try zeroPoint.integer("output zero point")
    }

    /// - Parameter scale: The product of the operands' scales.
    func code(_ accumulator: Int, scale product: Float) -> Int {
        codes.code(Float(accumulator) * (product / scale), zeroPoint: zeroPoint)
    }
}

extension Tensor {
    func onlyScale(_ what: String) throws(BitdepthError) -> Float {
        guard let value = try floats().first, count == 1 else {
            throw BitdepthError(.shapeMismatch, "\(what) has \(count) elements; it must have one")
        }
        return value
    }

    /// Codes less their zero points, one for the tensor or one for each index of an axis.
    func integers(minus zeroPoint: Tensor?, axis: Int) throws(BitdepthError) -> [Int] {
        let codes = try integers()
        guard let zeroPoint else { return codes }
        guard zeroPoint.type == type else {
            throw BitdepthError(.typeMismatch, "zero point \(zeroPoint) and codes \(self) do not have the same type")
        }
        let zeroPoints = try zeroPoint.integers()
        let layout = try ParameterLayout(data: shape, scale: zeroPoint.shape, axis: axis, blockSize: 0)
        var result = codes
        layout.forEach { i, p in result[i] = codes[i] &- zeroPoints[p] }
        return result
    }

    /// Parameters of a matrix operand in a shape that broadcasts to it: a vector has one for each row or column.
    func asMatrixParameter(perRow: Bool) throws(BitdepthError) -> Tensor {
        shape.rank == 1 && count > 1 && perRow ? try reshaped(to: try Shape([count, 1])) : self
    }
}
