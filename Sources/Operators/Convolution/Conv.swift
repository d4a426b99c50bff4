import BitdepthGraphs
import BitdepthTensors

/// Convolution over any number of spatial axes: X `[N, C, D…]`, W `[M, C/group, K…]`, optional B `[M]` → `[N, M, O…]`.
///
/// Source: ONNX operator specification, Conv-22.
public struct Conv: Operator {
    public static let signature = OperatorSignature("Conv", versions: [1, 11, 22], inputs: 2...3)

    public let window: Window
    public let group: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        group = try attributes.int("group", default: 1)
        guard group >= 1 else { throw attributes.invalid("group", "is \(group); it must be at least 1") }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        guard let dimensions = x.dimensions, let weight = w.type.shape.shape else { return [Fact(x.element, PartialShape.unknown)] }
        guard dimensions.count >= 3, weight.rank == dimensions.count else {
            throw BitdepthError(.shapeMismatch, "input \(x.type) and weight \(w.type) do not have the same rank of at least 3")
        }
        if let channels = dimensions[1].value { try checkChannels(channels, weight: weight) }
        let spatial = dimensions[2...].compactMap(\.value)
        guard spatial.count == dimensions.count - 2 else {
            let unknown = [Dimension](repeating: .unknown, count: dimensions.count - 2)
            return [Fact(x.element, PartialShape([dimensions[0], .known(weight[0])] + unknown))]
        }
        let geometry = try window.geometry(input: spatial, kernel: Array(weight.dimensions[2...]))
        return [Fact(x.element, PartialShape([dimensions[0], .known(weight[0])] + geometry.output.map(Dimension.known)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        guard x.shape.rank >= 3, w.shape.rank == x.shape.rank else {
            throw BitdepthError(.shapeMismatch, "input \(x) and weight \(w) do not have the same rank of at least 3")
        }
        try checkChannels(x.shape[1], weight: w.shape)
        let geometry = try window.geometry(input: Array(x.shape.dimensions[2...]), kernel: Array(w.shape.dimensions[2...]))
        let bias = try inputs.optional(2)?.doubles()
        if let bias, bias.count != w.shape[0] {
            throw BitdepthError(.shapeMismatch, "bias has \(bias.count) elements, the weight \(w.shape[0]) output channels")
        }
        let sums = try convolve(x.doubles(), w.doubles(), bias, batch: x.shape[0], weight: w.shape, geometry)
        return [try Tensor(floats: sums.map { Float($0) }, shape: try Shape([x.shape[0], w.shape[0]] + geometry.output), type: x.type)]
    }

    /// The sum over channels of a group and taps, in Double so that the order of summation does not show.
    private func convolve(
        _ x: [Double], _ w: [Double], _ bias: [Double]?, batch: Int, weight: Shape, _ geometry: Window.Geometry
    ) throws(BitdepthError) -> [Double] {
        let outputs = weight[0]
        let channels = weight[1]
        let pixelsIn = geometry.input.reduce(1, *)
        let pixelsOut = geometry.output.reduce(1, *)
        let tapCount = geometry.kernel.reduce(1, *)
        let taps = geometry.taps()
        var y = [Double](repeating: 0, count: batch * outputs * pixelsOut)
        for n in 0..<batch {
            for m in 0..<outputs {
                let firstChannel = m / (outputs / group) * channels
                for o in 0..<pixelsOut {
                    var sum = bias?[m] ?? 0
                    for tap in taps.of(output: o) {
                        for c in 0..<channels {
                            let from = (n * channels * group + firstChannel + c) * pixelsIn + tap.input
                            sum += x[from] * w[(m * channels + c) * tapCount + tap.kernel]
                        }
                    }
                    y[(n * outputs + m) * pixelsOut + o] = sum
                }
            }
        }
        return y
    }

    private func checkChannels(_ channels: Int, weight: Shape) throws(BitdepthError) {
        let (needed, overflow) = weight[1].multipliedReportingOverflow(by: group)
        guard !overflow, channels == needed, weight[0] % group == 0 else {
            throw BitdepthError(
                .shapeMismatch, "an input of \(channels) channels does not fit a weight of shape \(weight) in \(group) groups")
        }
    }

    public var quantization: QuantizationRule {
        QuantizationRule(
            inputs: [.activation, .weight(axis: 0), .bias(activation: 0, weight: 1)], outputs: .calibrated, fusesActivation: true)
    }
}
