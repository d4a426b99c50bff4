import BitdepthGraphs
import BitdepthTensors

/// Quantizes to UINT8 with the range that the input has at this moment: x → y, scale, zero point.
///
/// Source: ONNX operator specification, DynamicQuantizeLinear-11.
public struct DynamicQuantizeLinear: Operator {
    public static let signature = OperatorSignature(
        "DynamicQuantizeLinear", versions: [11], inputs: 1...1, outputs: 3...3)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        return [Fact(.uint8, x.type.shape), Fact(.float32, Shape.scalar), Fact(.uint8, Shape.scalar)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let reals = try x.floats()
        let codes = try Codes(.uint8)
        let low = reals.reduce(0) { $1 < $0 ? $1 : $0 }
        let high = reals.reduce(0) { $1 > $0 ? $1 : $0 }
        // The specification leaves a range of zero width open; scale 1 keeps it free of NaN.
        let scale = high == low ? 1 : (high - low) / 255
        let zeroPoint = codes.code(-low / scale, zeroPoint: 0)
        let y = reals.map { codes.code($0 / scale, zeroPoint: zeroPoint) }
        return [
            try Tensor(integers: y, shape: x.shape, type: .uint8), try Tensor(scalar: scale),
            try Tensor(integers: [zeroPoint], shape: .scalar, type: .uint8),
        ]
    }
}
