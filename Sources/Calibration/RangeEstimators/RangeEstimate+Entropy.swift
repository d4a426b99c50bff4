import BitdepthOperators

extension RangeEstimate {
    /// The range of least Kullback-Leibler divergence; zeros have no say.
    ///
    /// A symmetric scheme looks at |x|; an asymmetric one at the side that the values lie on, or at each side by itself.
    static func entropy(of histogram: Histogram, _ scheme: QuantizationScheme) -> RangeEstimate {
        let half = 1 << (scheme.bits - 1)
        if scheme.isSymmetric {
            let search = EntropySearch(magnitudes: histogram.magnitudes(of: .both), levels: half)
            return RangeEstimate(covering: 0...search.threshold, scheme, numberOfCandidates: search.numberOfCandidates)
        }
        let isTwoSided = histogram.extent.map { $0.lowerBound < 0 && $0.upperBound > 0 } ?? false
        let levels = isTwoSided ? half : 2 * half
        let below = EntropySearch(magnitudes: histogram.magnitudes(of: .negative), levels: levels)
        let above = EntropySearch(magnitudes: histogram.magnitudes(of: .positive), levels: levels)
        return RangeEstimate(
            range: 0 - below.threshold...above.threshold,
            numberOfCandidates: max(below.numberOfCandidates, above.numberOfCandidates))
    }
}
