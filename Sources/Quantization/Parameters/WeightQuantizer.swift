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
    ///   - axis: The axis that counts output channels.
    ///   - bias: For each channel the bias that will be stored in units of the channel's scale times `inputScale`.
    /// - Throws: ``BitdepthError/Code/notANumber`` for NaN or an infinity in the weight.
    public func quantize(
        _ weight: Tensor, axis: Int, bias: [Float]? = nil, inputScale: Float = 1
    ) throws(BitdepthError) -> QuantizedWeight {
        let values = try weight.floats()
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw BitdepthError(.notANumber, "weight element \(bad) is \(values[bad])")
        }
        let axis = scheme.granularity == .perTensor || weight.shape.rank == 0 ? nil : axis
        let channels = axis.map { weight.shape[$0] } ?? 1
        let inner = axis.map { weight.shape.count(of: $0 + 1..<weight.shape.rank) } ?? max(weight.count, 1)
        var lows = [Float](repeating: 0, count: channels)
        var highs = [Float](repeating: 0, count: channels)
        for (position, value) in values.enumerated() {
            let channel = channels == 1 ? 0 : position / inner % channels
            lows[channel] = min(lows[channel], value)
            highs[channel] = max(highs[channel], value)
        }
        var parameters = (0..<channels).map { channel in
            QuantizationParameters(range: Double(lows[channel])...Double(highs[channel]), scheme: scheme)
        }
        let widened = widen(&parameters, lows, highs, bias: bias, inputScale: inputScale)
        let codes = values.enumerated().map { position, value in
            parameters[channels == 1 ? 0 : position / inner % channels].quantize(value)
        }
        return QuantizedWeight(
            codes: try Tensor(integers: codes, shape: weight.shape, type: scheme.elementType),
            scales: parameters.map(\.scale), zeroPoints: parameters.map(\.zeroPoint), axis: axis, widenedChannels: widened)
    }

    /// A bias is a 32-bit number of units `inputScale * scale`. Where a channel's weights are so small that its bias would
    /// not fit, the channel's scale grows until it does: the weights lose what the result could not show anyway. A channel
    /// of zeros takes the scale that its bias is told best in.
    private func widen(
        _ parameters: inout [QuantizationParameters], _ lows: [Float], _ highs: [Float], bias: [Float]?, inputScale: Float
    ) -> [Int] {
        guard let bias, !bias.isEmpty else { return [] }
        var widened: [Int] = []
        for channel in parameters.indices {
            let biases = parameters.count == 1 ? bias : channel < bias.count ? [bias[channel]] : []
            let largest = biases.reduce(0) { max($0, abs(Double($1))) }
            guard largest > 0 else { continue }
            let needed = Float(largest / (Double(inputScale) * WeightQuantizer.largestBias))
            let isZero = lows[channel] == 0 && highs[channel] == 0
            guard needed.isNormal, isZero || parameters[channel].scale < needed else { continue }
            parameters[channel] = QuantizationParameters(
                scale: needed, zeroPoint: parameters[channel].zeroPoint, codes: parameters[channel].codes)
            if !isZero { widened.append(channel) }
        }
        return widened
    }

    /// Half of what 32 bits hold: the other half is left for the sum that is added to the bias.
    private static let largestBias = 0x1p30
}
