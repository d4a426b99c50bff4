import BitdepthTensors

/// What Conv, ConvInteger and QLinearConv share: window and groups, the shape that comes out, and the sum itself.
public struct Convolution: Sendable, Hashable {
    public var window: Window
    public var group: Int

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        group = try attributes.int("group", default: 1)
        guard group >= 1 else { throw attributes.invalid("group", "is \(group); it must be at least 1") }
    }

    /// The output's shape `[N, M, O…]` as far as those of input and weight are known.
    func output(input: PartialShape, weight: PartialShape) throws(BitdepthError) -> PartialShape {
        guard let input = input.dimensions, let weight = weight.dimensions else { return .unknown }
        try checkRanks(input.count, weight.count)
        let spatial = Array(input[2...])
        let kernel = weight[2...].compactMap(\.value)
        guard kernel.count == spatial.count else {
            return PartialShape([input[0], weight[0]] + [Dimension](repeating: .unknown, count: spatial.count))
        }
        if let channels = input[1].value, let outputs = weight[0].value, let inputs = weight[1].value {
            try checkChannels(channels, outputs: outputs, inputs: inputs)
        }
        return PartialShape([input[0], weight[0]] + (try window.output(input: spatial, kernel: kernel)))
    }

    /// Where every window lies.
    func geometry(input: Shape, weight: Shape) throws(BitdepthError) -> Window.Geometry {
        try checkRanks(input.rank, weight.rank)
        try checkChannels(input[1], outputs: weight[0], inputs: weight[1])
        return try window.geometry(input: Array(input.dimensions[2...]), kernel: Array(weight.dimensions[2...]))
    }

    /// The sum of products over the channels of a group and the taps of a window, plus the bias.
    ///
    /// - Parameters:
    ///   - x: `[N, C, D…]`.
    ///   - w: `[M, C/group, K…]`.
    ///   - bias: `[M]`.
    /// - Returns: The sums and their shape `[N, M, O…]`.
    func sums<Number: Accumulator>(
        _ x: [Number], _ input: Shape, _ w: [Number], _ weight: Shape, bias: [Number]?
    ) throws(BitdepthError) -> (values: [Number], shape: Shape) {
        let geometry = try geometry(input: input, weight: weight)
        if let bias, bias.count != weight[0] {
            throw BitdepthError(
                .shapeMismatch, "bias has \(bias.count) elements, the weight \(weight[0]) output channels")
        }
        let (outputs, channels) = (weight[0], weight[1])
        let (pixelsIn, pixelsOut, kernelCount) = (geometry.inputCount, geometry.outputCount, geometry.kernelCount)
        let shape = try Shape([input[0], outputs] + geometry.output)
        var y = try [Number](repeating: .zero, filling: shape)
        guard shape.count > 0 else { return (y, shape) }
        // One window's input, zero in the padding, laid out as the weight of one output channel.
        var patch = [Number](repeating: .zero, count: channels * kernelCount)
        for o in 0..<pixelsOut {
            let taps = geometry.taps(at: o)
            for i in patch.indices { patch[i] = .zero }
            for n in 0..<input[0] {
                for g in 0..<group {
                    for c in 0..<channels {
                        let plane = ((n * group + g) * channels + c) * pixelsIn
                        for tap in taps { patch[c * kernelCount + tap.kernel] = x[plane + tap.input] }
                    }
                    for m in g * (outputs / group)..<(g + 1) * (outputs / group) {
                        var sum = bias?[m] ?? .zero
                        let first = m * patch.count
                        for i in patch.indices { sum.add(patch[i], times: w[first + i]) }
                        y[(n * outputs + m) * pixelsOut + o] = sum
                    }
                }
            }
        }
        return (y, shape)
    }

    private func checkRanks(_ input: Int, _ weight: Int) throws(BitdepthError) {
        guard input >= 3, weight == input else {
            throw BitdepthError(
                .shapeMismatch,
                "input of rank \(input) and weight of rank \(weight) must have the same rank of at least 3")
        }
    }

    private func checkChannels(_ channels: Int, outputs: Int, inputs: Int) throws(BitdepthError) {
        let (needed, overflow) = inputs.multipliedReportingOverflow(by: group)
        guard !overflow, channels == needed, outputs % group == 0 else {
            throw BitdepthError(
                .shapeMismatch,
                "an input of \(channels) channels does not fit a weight of \(outputs) output and \(inputs) input channels in \(group) groups"
            )
        }
    }
}
