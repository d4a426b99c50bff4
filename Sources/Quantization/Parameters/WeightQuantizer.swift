import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A weight as codes, with the scale of each channel.
public struct QuantizedWeight: Sendable {
    public var codes: Tensor
    /// One, or one per index of `axis`.
    public var scales: [Float]
    public var zeroPoints: [Int]
    /// `nil` for one scale.
    public var axis: Int?
    /// Channels whose scale was widened so that their bias fits 32 bits.
    public var widenedChannels: [Int]
}

/// Rounds weights to codes: the range of each channel is that of its values.
public struct WeightQuantizer: Sendable {
    public let scheme: QuantizationScheme

    public init(_ scheme: QuantizationScheme) { self.scheme = scheme }

    /// - Parameters:
    ///   - axis: The axis that counts output channels; `nil` for one scale whatever the scheme's granularity.
    ///   - bias: For each channel the bias that will be stored in units of the channel's scale times `inputScale`. A
    ///     multiple of the channels when groups share scales: bias `i` is then told in the scale of channel `i % channels`.
    ///   - outputScale: The scale of the codes that the sums become; given, scales grow a little to avoid ties
    ///     (``TieFreeScale``).
    /// - Throws: ``BitdepthError/Code/notANumber`` for NaN or an infinity in the weight;
    ///   ``BitdepthError/Code/valueOutOfRange`` for an axis that the weight has not.
    public func quantize(
        _ weight: Tensor, axis: Int?, bias: [Float]? = nil, inputScale: Float = 1, outputScale: Float? = nil
    ) throws(BitdepthError) -> QuantizedWeight {
        let values = try weight.floats()
        try WeightQuantizer.checkIsFinite(values)
        let axis =
            scheme.granularity == .perTensor
            ? nil : try axis.map { axis throws(BitdepthError) in try weight.shape.axis(axis) }
        let channels = axis.map { weight.shape[$0] } ?? 1
        let inner = axis.map { weight.shape.count(of: $0 + 1..<weight.shape.rank) } ?? max(weight.count, 1)
        var lows = [Float](repeating: 0, count: channels)
        var highs = [Float](repeating: 0, count: channels)
        WeightQuantizer.walk(values.count, channels: channels, inner: inner) { position, channel in
            lows[channel] = min(lows[channel], values[position])
            highs[channel] = max(highs[channel], values[position])
        }
        var parameters = (0..<channels).map { channel in
            QuantizationParameters(range: Double(lows[channel])...Double(highs[channel]), scheme: scheme)
        }
        let magnitudes = zip(lows, highs).map { max(-$0, $1) }
        let widened = widen(&parameters, magnitudes, bias: bias ?? [], inputScale: inputScale)
        if let outputScale {
            let tieFree = TieFreeScale(inputScale: inputScale, outputScale: outputScale)
            avoidTies(&parameters, values, inner: inner, tieFree)
        }
        return QuantizedWeight(
            codes: try codes(of: values, weight.shape, parameters, inner: inner),
            scales: parameters.map(\.scale), zeroPoints: parameters.map(\.zeroPoint), axis: axis,
            widenedChannels: widened)
    }

    /// Of the tie-free scales of each channel the one whose rounding errors add up to least: what they add up to shifts the
    /// mean of the channel's sums, which layers behind do not average out.
    private func avoidTies(
        _ parameters: inout [QuantizationParameters], _ values: [Float], inner: Int, _ tieFree: TieFreeScale
    ) {
        let scales = parameters.map { tieFree.scales(from: $0.scale) }
        var least = [Double](repeating: .infinity, count: scales.count)
        for index in 0..<(scales.map(\.count).max() ?? 0) {
            let tried = scales.map { $0[min(index, $0.count - 1)] }
            let errors = WeightQuantizer.summedErrors(values, scales: tried, inner: inner)
            for channel in errors.indices where abs(errors[channel]) < least[channel] {
                least[channel] = abs(errors[channel])
                parameters[channel] = parameters[channel].with(scale: tried[channel])
            }
        }
    }

    /// What rounding to multiples of each channel's scale adds to its weights altogether.
    private static func summedErrors(_ values: [Float], scales: [Float], inner: Int) -> [Double] {
        let inverses = scales.map { 1 / $0 }
        var sums = [Double](repeating: 0, count: scales.count)
        walk(values.count, channels: scales.count, inner: inner) { position, channel in
            let value = values[position]
            let rounded = (value * inverses[channel]).rounded(.toNearestOrEven) * scales[channel]
            sums[channel] += Double(rounded - value)
        }
        return sums
    }

    private func codes(
        of values: [Float], _ shape: Shape, _ parameters: [QuantizationParameters], inner: Int
    ) throws(BitdepthError) -> Tensor {
        guard scheme.elementType == .int8 || scheme.elementType == .uint8 else {
            var codes = [Int](repeating: 0, count: values.count)
            WeightQuantizer.walk(values.count, channels: parameters.count, inner: inner) { position, channel in
                codes[position] = parameters[channel].quantize(values[position])
            }
            return try Tensor(integers: codes, shape: shape, type: scheme.elementType)
        }
        // Large weights are not held in wide integers first.
        return try Tensor(shape: shape, type: scheme.elementType) { bytes in
            WeightQuantizer.walk(values.count, channels: parameters.count, inner: inner) { position, channel in
                bytes[position] = UInt8(truncatingIfNeeded: parameters[channel].quantize(values[position]))
            }
        }
    }

    /// Calls `body` with every position of a weight and its channel, without a division for each.
    ///
    /// - Parameter inner: How many elements of one channel lie side by side.
    @inline(__always)
    private static func walk(
        _ count: Int, channels: Int, inner: Int, _ body: (_ position: Int, _ channel: Int) -> Void
    ) {
        var position = 0
        while position < count {
            for channel in 0..<channels {
                for _ in 0..<inner {
                    body(position, channel)
                    position += 1
                }
            }
        }
    }

    /// - Throws: ``BitdepthError/Code/notANumber`` for NaN or an infinity.
    static func checkIsFinite(_ values: [Float]) throws(BitdepthError) {
        guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw BitdepthError(.notANumber, "weight element \(bad) is \(values[bad])")
    }

    /// A bias is a 32-bit number of units `inputScale * scale`. Where a channel's weights are so small that its bias would
    /// not fit, the channel's scale grows until it does: the weights lose what the result could not show anyway. A channel
    /// whose codes are all zero takes the scale that its bias is told best in.
    private func widen(
        _ parameters: inout [QuantizationParameters], _ magnitudes: [Float], bias: [Float], inputScale: Float
    ) -> [Int] {
        var largest = [Double](repeating: 0, count: parameters.count)
        for (position, value) in bias.enumerated() where value.isFinite && !parameters.isEmpty {
            let channel = position % parameters.count
            largest[channel] = max(largest[channel], abs(Double(value)))
        }
        var widened: [Int] = []
        for channel in parameters.indices where largest[channel] > 0 {
            let needed = Float(largest[channel] / (Double(inputScale) * WeightQuantizer.largestBias))
            let isZero = magnitudes[channel] < parameters[channel].scale / 2
            guard needed.isNormal, isZero || parameters[channel].scale < needed else { continue }
            parameters[channel] = parameters[channel].with(scale: needed)
            if magnitudes[channel] > 0 { widened.append(channel) }
        }
        return widened
    }

    /// Half of what 32 bits hold: the other half is left for the sum that is added to the bias.
    private static let largestBias = 0x1p30
}

extension QuantizationParameters {
    fileprivate func with(scale: Float) -> QuantizationParameters {
        QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: codes)
    }
}
