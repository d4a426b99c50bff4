import BitdepthOperators
import BitdepthTensors

/// How the range of an activation is chosen from its statistics alone.
public enum CalibrationMethod: Sendable, Hashable {
    /// Smallest to largest value.
    case minmax
    /// Mean over samples of their smallest and largest value: clips by design.
    case average
    /// Leaves the rest to 100 % out, half at each end; in symmetric schemes, of |x|. Zeros count like other values.
    case percentile(Double)
    /// Least expected squared quantization error over the histogram, by full search.
    case mse
    /// Least Kullback-Leibler divergence between the values' distribution and its quantized form.
    case entropy

    /// The percentile where none is named.
    public static let defaultPercentile = 99.99

    /// Reads a method as ``description`` writes it; `percentile` alone means ``defaultPercentile``.
    ///
    /// - Throws: ``BitdepthError/Code/usage`` for an unknown name or a percentile outside of (50, 100].
    public init(parsing text: String) throws(BitdepthError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("minmax", 1): self = .minmax
        case ("average", 1): self = .average
        case ("mse", 1): self = .mse
        case ("entropy", 1): self = .entropy
        case ("percentile", 1): self = .percentile(CalibrationMethod.defaultPercentile)
        case ("percentile", 2):
            guard let percent = Double(parts[1]), percent > 50, percent <= 100 else {
                throw BitdepthError(.usage, "\"\(parts[1])\" is not a percentile above 50 and up to 100")
            }
            self = .percentile(percent)
        default:
            throw BitdepthError(
                .usage, "\"\(text)\" is not a calibration method: minmax, average, percentile[:PERCENT], mse or entropy"
            )
        }
    }

    /// Chooses the range of a tensor.
    ///
    /// - Returns: A range that contains zero, in the units of the tensor; symmetric about it where the scheme is.
    /// - Throws: ``BitdepthError/Code/nothingObserved`` when no finite value was observed.
    public func range(
        of statistics: TensorStatistics, scheme: QuantizationScheme
    ) throws(BitdepthError) -> ClosedRange<Double> {
        try estimate(of: statistics, scheme: scheme).range
    }

    /// Chooses the range of a tensor and says how many ranges were weighed up.
    public func estimate(of statistics: TensorStatistics, scheme: QuantizationScheme) throws(BitdepthError)
        -> RangeEstimate
    {
        guard let extent = statistics.extent, let meanExtent = statistics.meanExtent else {
            throw BitdepthError(.nothingObserved, CalibrationMethod.whyNothing(statistics))
        }
        switch self {
        case .minmax:
            return RangeEstimate(covering: Double(extent.lowerBound)...Double(extent.upperBound), scheme)
        case .average:
            return RangeEstimate(covering: meanExtent, scheme)
        case .percentile(let percent):
            return .percentile(percent, of: statistics.histogram, scheme)
        case .mse:
            return SquaredErrorSearch(statistics.histogram, scheme).best()
        case .entropy:
            return .entropy(of: statistics.histogram, scheme)
        }
    }

    private static func whyNothing(_ statistics: TensorStatistics) -> String {
        statistics.sampleCount == 0
            ? "the tensor was never observed" : "the tensor had no finite value in \(statistics.sampleCount) samples"
    }
}

extension CalibrationMethod: CustomStringConvertible {
    public var description: String {
        switch self {
        case .minmax: "minmax"
        case .average: "average"
        case .percentile(let percent): "percentile:\(percent)"
        case .mse: "mse"
        case .entropy: "entropy"
        }
    }
}
