import BitdepthEvaluation

/// What a quantized model must reach for no further node to be kept float, and what may be spent on reaching it.
public struct FallbackGoal: Sendable, Hashable {
    /// Least SQNR of any output, in dB.
    public var leastDecibels: Double
    /// Least agreement of top-1 answers, 0 … 1.
    public var leastAgreement: Double
    /// Largest part of all multiply-accumulates that may be kept float to get there, 0 … 1.
    public var largestPart: Double
    /// Where more than this part of the multiply-accumulates is float, no node with any is kept in addition, 0 … 1.
    public var largestFloatPart: Double
    /// Largest part of all weights that may be kept float, 0 … 1: files are to stay small.
    public var largestWeightPart: Double
    /// So many weights may be kept float whatever their part: a file that is small anyway may grow.
    public var freeWeights: Int

    public init(
        leastDecibels: Double, leastAgreement: Double, largestPart: Double = 0.04, largestFloatPart: Double = 0.05,
        largestWeightPart: Double = 0.1, freeWeights: Int = 1 << 18
    ) {
        self.leastDecibels = leastDecibels
        self.leastAgreement = leastAgreement
        self.largestPart = largestPart
        self.largestFloatPart = largestFloatPart
        self.largestWeightPart = largestWeightPart
        self.freeWeights = freeWeights
    }

    /// 30 dB and 99 %; 20 dB and 95 % for schemes under 8 bits, 7-bit weights not counted among them.
    public init(for configuration: QuantizationConfiguration) {
        let isLow = configuration.weights.bits < 7 || configuration.activations.bits < 8
        self.init(leastDecibels: isLow ? 20 : 30, leastAgreement: isLow ? 0.95 : 0.99)
    }

    /// Whether a result reaches the goal at every output.
    public func isReached(by result: EvaluationResult) -> Bool {
        result.outputs.values.allSatisfy { reachesDecibels($0) && reachesAgreement($0) }
    }

    func reachesDecibels(_ comparison: OutputComparison) -> Bool {
        comparison.signalToNoise.decibels.map { $0 >= leastDecibels } ?? true
    }

    func reachesAgreement(_ comparison: OutputComparison) -> Bool {
        comparison.agreement.value.map { $0 >= leastAgreement } ?? true
    }
}

extension EvaluationResult {
    /// The lowest SQNR of an output, in dB; infinite where nothing was lost.
    var lowestDecibels: Double { outputs.values.compactMap(\.signalToNoise.decibels).min() ?? .infinity }
}
