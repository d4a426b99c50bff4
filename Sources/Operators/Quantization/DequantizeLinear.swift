import BitdepthGraphs
import BitdepthTensors

/// Codes to reals: `(x - zero point) * scale`.
///
/// x, scale and an optional zero point. The output has the type of the scale unless `output_dtype` says otherwise.
/// Source: ONNX operator specification, DequantizeLinear-25.
public struct DequantizeLinear: Operator {
    public static let signature = OperatorSignature(
        "DequantizeLinear", versions: [10, 13, 19, 21, 23, 24, 25], inputs: 2...3)

    public let granularity: QuantizationAxis
    public let outputType: ElementType?

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        granularity = try QuantizationAxis(attributes)
        outputType = try ElementType(attribute: "output_dtype", attributes)
        if let outputType, !outputType.isFloatingPoint {
            throw attributes.invalid("output_dtype", "is \(outputType.shortName), not a float type")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        let scale = try inputs.required(1, "x_scale")
        return [Fact(outputType ?? scale.element, x.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let scale = try inputs.required(1, "x_scale")
        let zeroPoint = inputs.optional(2)
        if let zeroPoint, zeroPoint.type != x.type {
            throw BitdepthError(.typeMismatch, "zero point \(zeroPoint) and codes \(x) do not have the same type")
        }
        let layout = try granularity.layout(data: x.shape, scale: scale, zeroPoint: zeroPoint)
        let codes = try x.integers()
        let scales = try scale.floats()
        let zeroPoints = try zeroPoint?.integers()
        var result = try [Float](repeating: 0, filling: x.shape)
        layout.forEach { i, p in result[i] = Float(codes[i] &- (zeroPoints?[p] ?? 0)) * scales[p] }
        return [try Tensor(floats: result, shape: x.shape, type: outputType ?? scale.type)]
    }
}
