import BitdepthGraphs
import BitdepthTensors

/// Reals to codes: `saturate(round(x / scale) + zero point)`, rounded half to even.
///
/// x, scale and an optional zero point, whose type is that of the output: integers of up to 16 bits, or floats of up to 8,
/// which round the quotient themselves. The division is one of FP32 unless `precision` says less.
/// Source: ONNX operator specification, QuantizeLinear-28.
public struct QuantizeLinear: Operator {
    public static let signature = OperatorSignature(
        "QuantizeLinear", versions: [10, 13, 19, 21, 23, 24, 25, 28], inputs: 2...3)

    public let granularity: QuantizationAxis
    /// The type of the codes where no zero point says it; UINT8 where nothing does.
    public let outputType: ElementType?
    /// The type that the quotient is rounded to before it is rounded to an integer.
    public let precision: ElementType
    /// Whether quotients that an 8-bit float does not hold become the largest number; else infinity or NaN.
    public let saturates: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        granularity = try QuantizationAxis(attributes)
        outputType = try ElementType(attribute: "output_dtype", attributes)
        precision = try ElementType(attribute: "precision", attributes) ?? .float32
        saturates = try attributes.flag("saturate", default: true)
        if let outputType { _ = try codes(outputType) }
        guard precision.isWideFloat else {
            throw attributes.invalid("precision", "is \(precision.shortName), not a float type")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        return [Fact(try type(zeroPoint: inputs.optional(2)?.element), x.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let scale = try inputs.required(1, "y_scale")
        let zeroPoint = inputs.optional(2)
        let codes = try codes(try type(zeroPoint: zeroPoint?.type))
        let layout = try granularity.layout(data: x.shape, scale: scale, zeroPoint: zeroPoint)
        let reals = try x.floats()
        let scales = try scale.floats()
        switch codes {
        case .integers(let codes):
            let zeroPoints = try zeroPoint?.integers()
            var result = try [Int](repeating: 0, filling: x.shape)
            layout.forEach { i, p in
                result[i] = codes.code(rounded(reals[i] / scales[p]), zeroPoint: zeroPoints?[p] ?? 0)
            }
            return [try Tensor(integers: result, shape: x.shape, type: codes.type)]
        case .floats(let codes):
            let zeroPoints = try zeroPoint?.floats()
            var result = try [UInt8](repeating: 0, filling: x.shape)
            layout.forEach { i, p in
                result[i] = codes.pattern(rounded(reals[i] / scales[p]), zeroPoint: zeroPoints?[p] ?? 0)
            }
            return [try Tensor(narrowPatterns: result, shape: x.shape, type: codes.format.type)]
        }
    }

    private enum OutputCodes {
        case integers(Codes)
        case floats(FloatCodes)
    }

    private func codes(_ type: ElementType) throws(BitdepthError) -> OutputCodes {
        type.isFloatingPoint ? .floats(try FloatCodes(type, saturates: saturates)) : .integers(try Codes(type))
    }

    private func rounded(_ quotient: Float) -> Float {
        switch precision {
        case .float16: HalfPrecision.float(binary16: HalfPrecision.binary16(quotient))
        case .bfloat16: HalfPrecision.float(bfloat16: HalfPrecision.bfloat16(quotient))
        default: quotient
        }
    }

    private func type(zeroPoint: ElementType?) throws(BitdepthError) -> ElementType {
        if let zeroPoint, let outputType, zeroPoint != outputType {
            throw BitdepthError(
                .typeMismatch, "output_dtype is \(outputType.shortName), the zero point's type \(zeroPoint.shortName)")
        }
        return zeroPoint ?? outputType ?? .uint8
    }
}

extension ElementType {
    /// The type that an attribute names by ONNX's number; `nil` where it is left out or 0.
    init?(attribute name: String, _ attributes: AttributeReader) throws(BitdepthError) {
        let number = try attributes.int(name, default: 0)
        if number == 0 { return nil }
        try self.init(onnxDataType: number)
    }
}
