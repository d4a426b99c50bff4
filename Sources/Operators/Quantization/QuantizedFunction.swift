import BitdepthTensors

/// Operators of ONNX Runtime that take codes to codes by way of reals: dequantize, the float operator, quantize.
///
/// Their fast forms are what they are for; the reference only says what they mean.
/// Source: ONNX Runtime, docs/ContribOperators.md, domain com.microsoft.
enum QuantizedFunction {
    static let domain = "com.microsoft"

    /// The reals of an operand at `index`, whose scale and optional zero point are the next two inputs.
    static func operand(_ inputs: [Tensor?], at index: Int, axis: Int = 0) throws(BitdepthError) -> Tensor {
        let codes = try inputs.required(index, "codes")
        let scale = try inputs.required(index + 1, "scale")
        let zeroPoint = inputs.optional(index + 2)
        let layout = try ParameterLayout(data: codes.shape, scale: scale.shape, axis: axis, blockSize: 0)
        if let zeroPoint, zeroPoint.count != layout.count {
            throw BitdepthError(.shapeMismatch, "zero point \(zeroPoint) and scale \(scale) do not have the same shape")
        }
        let values = try codes.integers()
        let scales = try scale.floats()
        let zeroPoints = try zeroPoint?.integers()
        var reals = try [Float](repeating: 0, filling: codes.shape)
        layout.forEach { i, p in reals[i] = Float(values[i] &- (zeroPoints?[p] ?? 0)) * scales[p] }
        return try Tensor(reals, shape: codes.shape)
    }

    /// The codes of an operator's float result, by the scale at `index` and the optional zero point after it.
    static func result(_ reals: Tensor, _ inputs: [Tensor?], at index: Int, type: ElementType) throws(BitdepthError)
        -> [Tensor]
    {
        let scale = try inputs.required(index, "output scale").onlyScale("output scale")
        let zeroPoint = try inputs.optional(index + 1)?.integer("output zero point") ?? 0
        let codes = try Codes(inputs.optional(index + 1)?.type ?? type)
        let values = try reals.floats().map { codes.code($0 / scale, zeroPoint: zeroPoint) }
        return [try Tensor(integers: values, shape: reals.shape, type: codes.type)]
    }
}
