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
    mutating func add(reference: [Float], _ values: [Float], hasClasses: Bool) throws(BitdepthError) {
        try signalToNoise.add(reference: reference, values)
        try cosine.add(reference: reference, values)
        try largestError.add(reference: reference, values)
        referencePeak = reference.reduce(referencePeak) { max($0, abs($1)) }
        guard hasClasses else { return }
        _ = try agreement.add(reference: reference, values)
        try divergence.add(referenceLogits: reference, logits: values)
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
