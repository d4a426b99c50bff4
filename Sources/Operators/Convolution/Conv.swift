import BitdepthGraphs
import BitdepthTensors

/// Convolution over any number of spatial axes: X `[N, C, D…]`, W `[M, C/group, K…]`, optional B `[M]` → `[N, M, O…]`.
///
/// Source: ONNX operator specification, Conv-22.
public struct Conv: Operator {
    public static let signature = OperatorSignature("Conv", versions: [1, 11, 22], inputs: 2...3)

    public let convolution: Convolution
    public var window: Window { convolution.window }
    public var group: Int { convolution.group }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        convolution = try Convolution(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        return [Fact(x.element, try convolution.output(input: x.type.shape, weight: w.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        // In Double, so that the order of summation does not show.
        let sums = try convolution.sums(
            try x.doubles(), x.shape, try w.doubles(), w.shape, bias: try inputs.optional(2)?.doubles())
        return [try Tensor(reals: sums.values, shape: sums.shape, type: x.type)]
    }

    public var quantization: QuantizationRule {
        QuantizationRule(
            inputs: [.activation, .weight(axis: 0), .bias(activation: 0, weight: 1)], outputs: .calibrated,
            fusesActivation: true)
    }
}
