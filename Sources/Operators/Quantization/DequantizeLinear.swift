import BitdepthGraphs
import BitdepthTensors

/// Codes to reals: `(x - zero point) * scale`.
///
/// x of integers or of floats of up to 8 bits, scale and an optional zero point. The output has the type of the scale
/// unless `output_dtype` says otherwise.
/// Source: ONNX operator specification, DequantizeLinear-28.
public struct DequantizeLinear: Operator {
    public static let signature = OperatorSignature(
        "DequantizeLinear", versions: [10, 13, 19, 21, 23, 24, 25, 28], inputs: 2...3)

    public let granularity: QuantizationAxis
    public let outputType: ElementType?

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        granularity = try QuantizationAxis(attributes)
        outputType = try ElementType(attribute: "output_dtype", attributes)
        if let outputType, !outputType.isWideFloat {
            throw attributes.invalid("output_dtype", "is \(outputType.shortName), not a float type")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        let scale = try inputs.required(1, "x_scale")
        return [Fact(try resultType(scale: scale.element), x.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let scale = try inputs.required(1, "x_scale")
        let zeroPoint = inputs.optional(2)
        if let zeroPoint, zeroPoint.type != x.type {
            throw BitdepthError(.typeMismatch, "zero point \(zeroPoint) and codes \(x) do not have the same type")
        }
        let type = try resultType(scale: scale.type)
        let layout = try granularity.layout(data: x.shape, scale: scale, zeroPoint: zeroPoint)
        let steps = try x.type.isNarrowFloat ? floatSteps(x, zeroPoint, layout) : integerSteps(x, zeroPoint, layout)
        let scales = try scale.floats()
        var result = steps
        layout.forEach { i, p in result[i] = steps[i] * scales[p] }
        return [try Tensor(floats: result, shape: x.shape, type: type)]
    }

    /// Codes less their zero points; integers are subtracted as such.
    private func integerSteps(
        _ x: Tensor, _ zeroPoint: Tensor?, _ layout: ParameterLayout
    ) throws(BitdepthError) -> [Float] {
        let codes = try x.integers()
        guard let zeroPoints = try zeroPoint?.integers() else { return codes.map { Float($0) } }
        var steps = try [Float](repeating: 0, filling: x.shape)
        layout.forEach { i, p in steps[i] = Float(codes[i] &- zeroPoints[p]) }
        return steps
    }

    private func floatSteps(
        _ x: Tensor, _ zeroPoint: Tensor?, _ layout: ParameterLayout
    ) throws(BitdepthError) -> [Float] {
        let codes = try x.floats()
        guard let zeroPoints = try zeroPoint?.floats() else { return codes }
        var steps = codes
        layout.forEach { i, p in steps[i] = codes[i] - zeroPoints[p] }
        return steps
    }

    private func resultType(scale: ElementType) throws(BitdepthError) -> ElementType {
        let type = outputType ?? scale
        guard type.isWideFloat else {
            throw BitdepthError(
                .typeMismatch,
                "the scale is of type \(scale.shortName), so output_dtype must name a float type of the result")
        }
        return type
    }
}
