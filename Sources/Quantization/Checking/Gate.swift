import BitdepthEvaluation
import BitdepthMetrics

/// When a quantized model counts as collapsed: the thresholds of the check that ends every quantization.
public struct Gate: Sendable, Hashable {
    /// Least SQNR of any output, in dB.
    public var leastDecibels: Double
    /// Least agreement of top-1 answers, 0 … 1; judged by the upper 95 % Wilson bound, so that few samples do not condemn.
    public var leastAgreement: Double

    public init(leastDecibels: Double, leastAgreement: Double) {
        self.leastDecibels = leastDecibels
        self.leastAgreement = leastAgreement
    }

    /// 10 dB and 90 %; 5 dB and 75 % for schemes under 8 bits.
    public init(for configuration: QuantizationConfiguration) {
        let isLow = min(configuration.weights.bits, configuration.activations.bits) < 8
        self.init(leastDecibels: isLow ? 5 : 10, leastAgreement: isLow ? 0.75 : 0.9)
    }

    /// Why the result counts as collapsed, one reason per failing number; empty when it does not.
    public func complaints(about result: EvaluationResult) -> [String] {
        var complaints: [String] = []
        for (name, comparison) in result.outputs.sorted(by: { $0.key < $1.key }) {
            if let decibels = comparison.signalToNoise.decibels, !(decibels >= leastDecibels) {
                complaints.append(
                    "output \"\(name)\": SQNR \(decibels.oneDecimal) dB is below \(leastDecibels.oneDecimal) dB")
            }
            if let bound = comparison.agreement.bounds?.upperBound, bound < leastAgreement,
                let value = comparison.agreement.value
            {
                complaints.append(
                    "output \"\(name)\": top-1 agrees with the float model on \((value * 100).oneDecimal) % of the samples; at least \((leastAgreement * 100).oneDecimal) % are needed"
                )
            }
        }
        for (name, count) in result.otherCounts.sorted(by: { $0.key < $1.key }) {
            let share = Double(count) / Double(max(result.sampleCount, 1))
            guard share > 1 - leastAgreement else { continue }
            complaints.append(
                "output \"\(name)\": another number of results than the float model on \((share * 100).oneDecimal) % of the samples"
            )
        }
        return complaints
    }
}

extension Double {
    /// A number with one decimal.
    var oneDecimal: String {
        guard isFinite else { return description }
        let tenths = (self * 10).rounded()
        let text = String(Int(tenths.magnitude))
        let padded = text.count < 2 ? "0" + text : text
        return (tenths < 0 ? "-" : "") + padded.dropLast() + "." + padded.suffix(1)
    }
}
