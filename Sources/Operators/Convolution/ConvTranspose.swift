import BitdepthGraphs
import BitdepthTensors

/// The transpose of a convolution: X `[N, C, D…]`, W `[C, M/group, K…]`, optional B `[M]` → `[N, M, O…]`.
///
/// Every input element spreads its window over the output; `pads` cut the output's rim off.
/// Source: ONNX operator specification, ConvTranspose-22.
public struct ConvTranspose: Operator {
    public static let signature = OperatorSignature("ConvTranspose", versions: [1, 11, 22], inputs: 2...3)

    public let window: Window
    public let group: Int
    /// Elements added at the end of each axis.
    public let outputPadding: [Int]?
    /// Spatial extents of the output; the pads follow from them.
    public let outputShape: [Int]?

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        group = try attributes.int("group", default: 1)
        outputPadding = try attributes.ints("output_padding")
        outputShape = try attributes.ints("output_shape")
        guard group >= 1 else { throw attributes.invalid("group", "is \(group); it must be at least 1") }
        for (name, values) in [("output_padding", outputPadding), ("output_shape", outputShape)] {
            if let wrong = values?.first(where: { $0 < 0 || $0 > Window.largestValue }) {
                throw attributes.invalid(name, "has the value \(wrong)")
            }
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        guard let dimensions = x.dimensions, let weight = w.dimensions else {
            return [Fact(x.element, PartialShape.unknown)]
        }
        try checkRanks(dimensions.count, weight.count)
        if let channels = dimensions[1].value, let inputs = weight[0].value {
            try checkChannels(channels, weight: inputs)
        }
        let spatial = dimensions[2...].compactMap(\.value)
        let kernel = weight[2...].compactMap(\.value)
        let channels = weight[1].value.map { $0.multipliedReportingOverflow(by: group) }
        var output: [Dimension] = [
            dimensions[0], channels.map { $0.overflow ? .unknown : .known($0.partialValue) } ?? .unknown,
        ]
        if spatial.count == dimensions.count - 2, kernel.count == spatial.count {
            output += try geometry(input: spatial, kernel: kernel).input.map(Dimension.known)
        } else {
            output += [Dimension](repeating: .unknown, count: dimensions.count - 2)
        }
        return [Fact(x.element, PartialShape(output))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        try checkRanks(x.shape.rank, w.shape.rank)
        try checkChannels(x.shape[1], weight: w.shape[0])
        let geometry = try geometry(input: Array(x.shape.dimensions[2...]), kernel: Array(w.shape.dimensions[2...]))
        let (outputs, overflow) = w.shape[1].multipliedReportingOverflow(by: group)
        guard !overflow else {
            throw BitdepthError(.limitExceeded, "\(group) groups of \(w.shape[1]) channels are too many")
        }
        let bias = try inputs.optional(2)?.doubles()
        if let bias, bias.count != outputs {
            throw BitdepthError(
                .shapeMismatch, "bias has \(bias.count) elements, the weight \(outputs) output channels")
        }
        let shape = try Shape([x.shape[0], outputs] + geometry.input)
        let sums = try spread(try x.doubles(), x.shape, try w.doubles(), bias, geometry, to: shape)
        return [try Tensor(reals: sums, shape: shape, type: x.type)]
    }

    private func spread(
        _ x: [Double], _ input: Shape, _ w: [Double], _ bias: [Double]?, _ geometry: Window.Geometry, to shape: Shape
    ) throws(BitdepthError) -> [Double] {
        var y = try [Double](repeating: 0, filling: shape)
        guard shape.count > 0 else { return y }
        let (channels, outputs) = (input[1], shape[1] / group)
        let (pixelsIn, pixelsOut, kernelCount) = (geometry.outputCount, geometry.inputCount, geometry.kernelCount)
        if let bias { for i in y.indices { y[i] = bias[i / pixelsOut % shape[1]] } }
        for i in 0..<pixelsIn {
            let taps = geometry.taps(at: i)
            for n in 0..<input[0] {
                for c in 0..<channels {
                    let value = x[(n * channels + c) * pixelsIn + i]
                    let firstOutput = n * shape[1] + c / (channels / group) * outputs
                    for m in 0..<outputs {
                        let to = (firstOutput + m) * pixelsOut
                        let from = (c * outputs + m) * kernelCount
                        for tap in taps { y[to + tap.input] += value * w[from + tap.kernel] }
                    }
                }
            }
        }
        return y
    }

    /// The convolution that this operator transposes: its input is our output, its output our input.
    ///
    /// - Parameters:
    ///   - input: Spatial extents of this operator's input.
    ///   - kernel: Spatial extents of the weight.
    public func geometry(input: [Int], kernel: [Int]) throws(BitdepthError) -> Window.Geometry {
        var geometry = try window.unplaced(axes: input.count, kernel: kernel)
        let padding = try window.list(outputPadding, "output_padding", count: input.count, default: 0)
        // Some exporters write the whole output shape, batch and channels included.
        let wanted = outputShape.map { $0.count == input.count + 2 ? Array($0[2...]) : $0 }
        let extents = try wanted.map { list throws(BitdepthError) in
            try window.list(list, "output_shape", count: input.count, default: 0)
        }
        geometry.output = input
        for (axis, extent) in input.enumerated() {
            let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: geometry.strides[axis])
            guard extent > 0, !overflow, reach < Shape.largestCount else {
                throw BitdepthError(
                    .shapeMismatch, "an input extent of \(extent) cannot be spread by stride \(geometry.strides[axis])")
            }
            let full = reach + padding[axis] + geometry.span(axis)
            let isSame = window.autoPad == .sameUpper || window.autoPad == .sameLower
            if let extent = extents?[axis] ?? (isSame ? extent * geometry.strides[axis] : nil) {
                // Whatever the specification's name for it, only SAME_UPPER cuts the smaller half off the beginning.
                let total = max(0, full - extent)
                geometry.padsBegin[axis] = window.autoPad == .sameUpper ? total / 2 : total - total / 2
                geometry.padsEnd[axis] = total - geometry.padsBegin[axis]
                geometry.input[axis] = extent
            } else {
                if window.autoPad == .valid { (geometry.padsBegin[axis], geometry.padsEnd[axis]) = (0, 0) }
                geometry.input[axis] = full - geometry.padsBegin[axis] - geometry.padsEnd[axis]
            }
            guard geometry.input[axis] >= 0 else {
                throw BitdepthError(.shapeMismatch, "pads leave nothing of spatial axis \(axis)")
            }
        }
        _ = try Shape(geometry.input)
        return geometry
    }

    private func checkRanks(_ input: Int, _ weight: Int) throws(BitdepthError) {
        guard input >= 3, weight == input else {
            throw BitdepthError(
                .shapeMismatch,
                "input of rank \(input) and weight of rank \(weight) must have the same rank of at least 3")
        }
    }

    private func checkChannels(_ channels: Int, weight: Int) throws(BitdepthError) {
        guard channels == weight, channels % group == 0, channels > 0 else {
            throw BitdepthError(
                .shapeMismatch, "an input of \(channels) channels does not fit a weight of \(weight) in \(group) groups"
            )
        }
    }

    /// Output channels lie on axis 1 of the weight. With groups they lie on axes 0 and 1 together, which one ONNX axis
    /// cannot say: the channels of equal number in all groups then share a scale.
    public var quantization: QuantizationRule {
        QuantizationRule(
            inputs: [.activation, .weight(axis: 1), .bias(activation: 0, weight: 1)], outputs: .calibrated,
            fusesActivation: true)
    }
}
