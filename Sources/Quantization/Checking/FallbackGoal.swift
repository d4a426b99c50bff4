import BitdepthEvaluation
import BitdepthGraphs

/// What a quantized model must reach for no further node to be kept float, and what may be spent on reaching it.
public struct FallbackGoal: Sendable, Hashable {
    /// Least SQNR of an output, in dB.
    public var leastDecibels: Double
    /// The same for outputs that are probabilities. Noise that changes no answer moves them far where two answers are close;
    /// and a node that is kept float costs more than speed: engines round its sums apart.
    public var leastDecibelsOfProbabilities: Double
    /// Names of the outputs that are probabilities.
    public var probabilities: Set<String> = []
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
        leastDecibels: Double, leastDecibelsOfProbabilities: Double = 12, leastAgreement: Double,
        largestPart: Double = 0.04, largestFloatPart: Double = 0.05,
        largestWeightPart: Double = 0.1, freeWeights: Int = 1 << 18
    ) {
        self.leastDecibels = leastDecibels
        self.leastDecibelsOfProbabilities = leastDecibelsOfProbabilities
        self.leastAgreement = leastAgreement
        self.largestPart = largestPart
        self.largestFloatPart = largestFloatPart
        self.largestWeightPart = largestWeightPart
        self.freeWeights = freeWeights
    }

    /// 30 dB, 12 dB for probabilities, and 99 %; 20 dB, 8 dB and 95 % for schemes under 8 bits, 7-bit weights not counted
    /// among them.
    ///
    /// - Parameter graph: The float graph, which shows what outputs are probabilities.
    public init(for configuration: QuantizationConfiguration, outputsOf graph: Graph) {
        let isLow = configuration.weights.bits < 7 || configuration.activations.bits < 8
        self.init(
            leastDecibels: isLow ? 20 : 30, leastDecibelsOfProbabilities: isLow ? 8 : 12,
            leastAgreement: isLow ? 0.95 : 0.99)
        probabilities = graph.probabilities
    }

    /// Whether a result reaches the goal at every output.
    public func isReached(by result: EvaluationResult) -> Bool {
        result.outputs.allSatisfy { name, comparison in
            (comparison.signalToNoise.decibels.map { $0 >= leastDecibels(of: name) } ?? true)
                && reachesAgreement(comparison)
        }
    }

    func leastDecibels(of output: String) -> Double {
        probabilities.contains(output) ? leastDecibelsOfProbabilities : leastDecibels
    }

    func reachesAgreement(_ comparison: OutputComparison) -> Bool {
        comparison.agreement.value.map { $0 >= leastAgreement } ?? true
    }
}

extension EvaluationResult {
    /// The lowest SQNR of an output, in dB; infinite where nothing was lost.
    var lowestDecibels: Double { outputs.values.compactMap(\.signalToNoise.decibels).min() ?? .infinity }
}
