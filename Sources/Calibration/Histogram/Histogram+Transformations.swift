extension Histogram {
    /// The sign that ``magnitudes(of:)`` keeps.
    public enum Side: Sendable, Hashable {
        case positive, negative, both
    }

    /// The histogram of |x|.
    public func absolute() -> Histogram { magnitudes(of: .both) }

    /// The histogram of |x| over the values of one sign, or of both. NaN and infinities are left out.
    ///
    /// The smallest magnitude is exact when all values have one sign; else it is given as zero.
    public func magnitudes(of side: Side) -> Histogram {
        var result = Histogram()
        for (bin, count) in occupiedBins {
            let isWanted = bin.isZero || side == .both || bin.isNegative == (side == .negative)
            if isWanted { result.add(count, to: HistogramBin(octave: bin.octave & 0xFF, index: bin.index)) }
        }
        guard let extent, result.finiteCount > 0 else { return result }
        let above = side == .negative ? 0 : max(extent.upperBound, 0)
        let below = side == .positive ? 0 : max(-extent.lowerBound, 0)
        let largest = max(above, below)
        let smallest = max(extent.lowerBound, -extent.upperBound, 0)
        result.extent = min(smallest, largest)...largest
        return result
    }

    /// The histogram of the values times 2^exponent: octaves move, counters stay as they are.
    ///
    /// Values that leave the range of FP32 become infinities or zeros; those that become or were subnormal move to the
    /// bin that the middle of theirs falls into.
    public func scaled(byPowerOfTwo exponent: Int) -> Histogram {
        let factor = Double(sign: .plus, exponent: exponent, significand: 1)
        var result = Histogram()
        result.notANumberCount = notANumberCount
        result.positiveInfinityCount = positiveInfinityCount
        result.negativeInfinityCount = negativeInfinityCount
        for (bin, count) in occupiedBins {
            let sign: Float = bin.isNegative ? -1 : 1
            let magnitude = bin.isZero ? 0 : Float((bin.innerEdge + bin.outerEdge) / 2 * factor)
            if magnitude.isFinite {
                result.add(count, to: HistogramBin(of: sign * magnitude))
            } else if bin.isNegative {
                result.negativeInfinityCount += count
            } else {
                result.positiveInfinityCount += count
            }
        }
        guard let extent, result.finiteCount > 0 else { return result }
        let largest = Double(Float.greatestFiniteMagnitude)
        func moved(_ bound: Float) -> Float { Float(min(max(Double(bound) * factor, -largest), largest)) + 0 }
        result.extent = moved(extent.lowerBound)...moved(extent.upperBound)
        return result
    }
}
