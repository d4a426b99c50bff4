import BitdepthMetrics
import BitdepthTensors

/// How one model does on labelled samples, and how its answers compare with another model's: mergeable over samples.
public struct ClassificationMetrics: Sendable, Equatable {
    public var top1 = TopKAccuracy(k: 1)
    public var top5 = TopKAccuracy(k: 5)

    public init() {}

    mutating func add(scores: [Float], label: Int) throws(BitdepthError) -> Bool {
        _ = try top5.add(scores: scores, label: label)
        return try top1.add(scores: scores, label: label)
    }

    mutating func merge(_ other: Self) {
        top1.merge(other.top1)
        top5.merge(other.top5)
    }
}

/// How far the outputs of a model are from those of the float model it was made from.
public struct OutputComparison: Sendable, Equatable {
    public var signalToNoise = SignalToQuantizationNoise()
    public var cosine = CosineSimilarity()
    public var largestError = MaximumAbsoluteError()
    /// Only for outputs with a class axis.
    public var agreement = TopKAgreement(k: 1)
    public var divergence = KullbackLeiblerDivergence()
    /// Largest magnitude of the reference's output.
    public var referencePeak: Float = 0

    public init() {}

    /// Adds one sample's output of each model.
    ///
    /// - Parameter rows: How many rows of class scores it has; `nil` for an output without classes.
    mutating func add(reference: [Float], _ values: [Float], rows: Int?) throws(BitdepthError) {
        try signalToNoise.add(reference: reference, values)
        try cosine.add(reference: reference, values)
        try largestError.add(reference: reference, values)
        referencePeak = reference.reduce(referencePeak) { max($0, abs($1)) }
        guard let rows, rows > 0 else { return }
        let classes = reference.count / rows
        for row in 0..<rows {
            let (expected, found) = (
                Array(reference[row * classes..<(row + 1) * classes]),
                Array(values[row * classes..<(row + 1) * classes])
            )
            _ = try agreement.add(reference: expected, found)
            if OutputComparison.areProbabilities(expected) {
                try divergence.add(referenceProbabilities: expected, probabilities: found)
            } else {
                try divergence.add(referenceLogits: expected, logits: found)
            }
        }
    }

    /// Whether scores are the output of a Softmax and not logits.
    private static func areProbabilities(_ scores: [Float]) -> Bool {
        scores.allSatisfy { $0 >= 0 } && abs(scores.reduce(0) { $0 + Double($1) } - 1) < 1e-3
    }

    mutating func merge(_ other: Self) {
        signalToNoise.merge(other.signalToNoise)
        cosine.merge(other.cosine)
        largestError.merge(other.largestError)
        agreement.merge(other.agreement)
        divergence.merge(other.divergence)
        referencePeak = max(referencePeak, other.referencePeak)
    }
}
