import BitdepthTensors

/// Mean over samples of `KL(P ‖ Q) = Σ p ln(p / q)`, in nats: P is the float model's distribution, Q the quantized one's.
public struct KullbackLeiblerDivergence: Sendable, Equatable {
    private var sum = ExactSum()
    private var squares = ExactSum()
    /// Samples seen.
    public private(set) var count: UInt64 = 0

    /// Probabilities of Q below this count as this: a class that Q excludes costs much, not everything.
    public static let smallestProbability = 1e-12

    public init() {}

    /// Adds one sample, given by logits whose softmax is the distribution.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when there are not as many of the one as of the other.
    public mutating func add(referenceLogits: [Float], logits: [Float]) throws(BitdepthError) {
        let normalizer = KullbackLeiblerDivergence.logSumExp(logits)
        let referenceNormalizer = KullbackLeiblerDivergence.logSumExp(referenceLogits)
        let floor = KullbackLeiblerDivergence.smallestProbability.naturalLogarithm
        try add(referenceLogits, logits) { reference, value in
            let logP = Double(reference) - referenceNormalizer
            let logQ = Double(value) - normalizer
            return logP == -.infinity ? 0 : logP.exponential * (logP - (logQ < floor ? floor : logQ))
        }
    }

    /// Adds one sample, given by probabilities (the output of a Softmax).
    public mutating func add(referenceProbabilities: [Float], probabilities: [Float]) throws(BitdepthError) {
        try add(referenceProbabilities, probabilities) { reference, value in
            let p = Double(reference)
            let q = Double(value)
            let smallest = KullbackLeiblerDivergence.smallestProbability
            return p == 0 ? 0 : p * (p.naturalLogarithm - (q < smallest ? smallest : q).naturalLogarithm)
        }
    }

    public mutating func merge(_ other: Self) {
        sum.merge(other.sum)
        squares.merge(other.squares)
        count += other.count
    }

    /// `nil` before any sample.
    public var value: Double? { count == 0 ? nil : sum.value / Double(count) }

    /// The standard error of ``value``; `nil` before the second sample.
    public var standardError: Double? {
        guard count > 1, let mean = value else { return nil }
        let variance = (squares.value - mean * sum.value) / Double(count - 1)
        return variance.isNaN ? variance : (max(variance, 0) / Double(count)).squareRoot()
    }

    private mutating func add(
        _ reference: [Float], _ values: [Float], term: (Float, Float) -> Double
    ) throws(BitdepthError) {
        guard reference.count == values.count else {
            throw BitdepthError(
                .shapeMismatch,
                "a distribution over \(values.count) classes cannot be compared with one over \(reference.count)")
        }
        guard !reference.isEmpty else { return }
        let divergence = zip(reference, values).reduce(0) { $0 + term($1.0, $1.1) }
        sum.add(divergence)
        squares.add(divergence * divergence)
        count += 1
    }

    private static func logSumExp(_ logits: [Float]) -> Double {
        guard let largest = logits.max(), largest.isFinite else { return .nan }
        return Double(largest) + logits.reduce(0) { $0 + (Double($1) - Double(largest)).exponential }.naturalLogarithm
    }
}
