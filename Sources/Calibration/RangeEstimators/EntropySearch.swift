import BitdepthMetrics

/// Searches the threshold T of magnitudes whose clipped distribution P is least changed by quantizing it (Q).
///
/// For each T, P is the distribution over 2048 equal bins of [0, T] with everything beyond T in the last one; Q has the
/// bins merged into one level per code and spread evenly over those of a level that were not empty, and nothing from
/// beyond T. Small T cost by the tail, large T by coarse levels. Source: Migacz 2017, "8-bit inference with TensorRT".
struct EntropySearch {
    /// The best threshold, in the units of the tensor; 0 where there is no magnitude but zero.
    let threshold: Double
    let numberOfCandidates: Int

    private static let bins = 2048
    private static let candidates = 400
    /// What an empty bin of Q counts as where P has something.
    private static let smallestProbability = 1e-9

    /// - Parameters:
    ///   - magnitudes: The histogram of |x| of one side or of both.
    ///   - levels: A power of two, the codes that [0, T] is spread over. As many as there are bins, or more, leave
    ///     nothing to choose: the largest magnitude is taken.
    init(magnitudes: Histogram, levels: Int) {
        let density = ValueDensity(magnitudes).withoutZeros
        let candidates = levels < EntropySearch.bins ? EntropySearch.thresholds(density) : [density.highest]
        var best = (threshold: density.highest, divergence: Double.infinity)
        if candidates.count > 1 {
            for threshold in candidates {
                let divergence = EntropySearch.divergence(density, threshold, levels: levels)
                if divergence < best.divergence { best = (threshold, divergence) }
            }
        }
        threshold = best.threshold
        numberOfCandidates = candidates.count
    }

    /// Geometrically from the magnitude that 90 % do not exceed to the largest.
    private static func thresholds(_ density: ValueDensity) -> [Double] {
        let first = density.quantile(0.9)
        let last = density.highest
        guard first > 0, first < last else { return [last] }
        let span = (last / first).naturalLogarithm
        let steps = Double(candidates - 1)
        return (0..<candidates).map { index in
            index == candidates - 1 ? last : first * (span * Double(index) / steps).exponential
        }
    }

    /// KL(P ‖ Q) in nats. Never NaN: T is at least the 90 % quantile, so that P and Q have mass.
    static func divergence(_ density: ValueDensity, _ threshold: Double, levels: Int) -> Double {
        let counts = density.counts(bins: bins, upTo: threshold)
        let inside = counts.reduce(0, +)
        let total = density.total.count
        let tail = max(total - inside, 0)
        let perLevel = bins / levels
        let logSmallest = smallestProbability.naturalLogarithm
        var divergence = 0.0
        for level in 0..<levels {
            let range = level * perLevel..<(level + 1) * perLevel
            let occupied = counts[range].count { $0 > 0 }
            let spread = occupied > 0 ? counts[range].reduce(0, +) / Double(occupied) / inside : 0
            let logSpread = max(spread, smallestProbability).naturalLogarithm
            for index in range {
                let p = (counts[index] + (index == bins - 1 ? tail : 0)) / total
                if p > 0 { divergence += p * (p.naturalLogarithm - (counts[index] > 0 ? logSpread : logSmallest)) }
            }
        }
        return divergence
    }
}

extension ValueDensity {
    /// How many values fall into each of a number of equal bins of [0, upTo].
    func counts(bins: Int, upTo threshold: Double) -> [Double] {
        var counts = [Double](repeating: 0, count: bins)
        let perUnit = Double(bins) / threshold
        let last = Double(bins)
        for segment in segments {
            let from = segment.lower * perUnit
            let to = segment.upper * perUnit
            if from > last { break }
            let first = min(Int(from), bins - 1)
            if to <= Double(first + 1) {
                counts[first] += segment.count
                continue
            }
            let density = segment.count / (to - from)
            var left = from
            var bin = first
            while left < to, bin < bins {
                let right = min(to, Double(bin + 1))
                counts[bin] += density * (right - left)
                left = right
                bin += 1
            }
        }
        return counts
    }
}
