import BitdepthGraphs
import BitdepthTensors

/// Convolution of codes less their zero points: x, w, optional zero points of both → INT32.
///
/// Source: ONNX operator specification, ConvInteger-10.
public struct ConvInteger: Operator {
    public static let signature = OperatorSignature("ConvInteger", versions: [10], inputs: 2...4)

    public let convolution: Convolution

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        convolution = try Convolution(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "x")
        let w = try inputs.required(1, "w")
        return [Fact(.int32, try convolution.output(input: x.type.shape, weight: w.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let w = try inputs.required(1, "w")
        let sums = try convolution.sums(
            try x.integers(minus: inputs.optional(2), axis: 1), x.shape,
            try w.integers(minus: inputs.optional(3), axis: 0), w.shape, bias: nil)
        return [try Tensor(wrapping: sums.values, shape: sums.shape, type: .int32)]
    }
}
