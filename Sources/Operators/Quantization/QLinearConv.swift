import BitdepthGraphs
import BitdepthTensors

/// Convolution from codes to codes: x, w and y, each with scale and zero point, and an optional INT32 bias.
///
/// Source: ONNX operator specification, QLinearConv-10.
public struct QLinearConv: Operator {
    public static let signature = OperatorSignature("QLinearConv", versions: [10], inputs: 8...9)

    public let convolution: Convolution

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        convolution = try Convolution(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        let w = try inputs.required(3, "w")
        let zeroPoint = try inputs.required(7, "y_zero_point")
        return [Fact(zeroPoint.element, try convolution.output(input: x.type.shape, weight: w.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let w = try inputs.required(3, "w")
        let scale = try inputs.required(1, "x_scale").onlyScale("x_scale")
        let weightScales = try inputs.required(4, "w_scale").floats()
        let output = try Requantization(
            scale: try inputs.required(6, "y_scale"), zeroPoint: try inputs.required(7, "y_zero_point"))
        let sums = try convolution.sums(
            try x.integers(minus: try inputs.required(2, "x_zero_point"), axis: 1), x.shape,
            try w.integers(minus: try inputs.required(5, "w_zero_point"), axis: 0), w.shape,
            bias: try inputs.optional(8)?.integers())
        let (outputs, pixels) = (sums.shape[1], sums.shape.count(of: 2..<sums.shape.rank))
        guard weightScales.count == 1 || weightScales.count == outputs else {
            throw BitdepthError(
                .shapeMismatch, "w_scale has \(weightScales.count) elements for \(outputs) output channels")
        }
        let codes = sums.values.enumerated().map { i, sum in
            output.code(sum, scale: scale * weightScales[weightScales.count == 1 ? 0 : i / pixels % outputs])
        }
        return [try Tensor(integers: codes, shape: sums.shape, type: output.codes.type)]
    }
}
