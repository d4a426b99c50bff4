import BitdepthOperators

/// A range chosen for a tensor, and how much choice there was.
public struct RangeEstimate: Sendable, Hashable {
    /// Contains zero; in the units of the tensor.
    public var range: ClosedRange<Double>
    /// How many ranges were weighed up against each other.
    public var numberOfCandidates: Int

    init(range: ClosedRange<Double>, numberOfCandidates: Int = 1) {
        self.range = range
        self.numberOfCandidates = numberOfCandidates
    }

    /// The range widened to contain zero, and made symmetric about it where the scheme is.
    init(covering range: ClosedRange<Double>, _ scheme: QuantizationScheme, numberOfCandidates: Int = 1) {
        let low = min(range.lowerBound, 0)
        let high = max(range.upperBound, 0)
        let reach = max(-low, high)
        self.init(range: scheme.isSymmetric ? -reach...reach : low...high, numberOfCandidates: numberOfCandidates)
    }
}
