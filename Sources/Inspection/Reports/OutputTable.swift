import BitdepthEvaluation
import BitdepthMetrics

/// How far each output of a quantized model is from the float model's.
public struct OutputTable: Sendable {
    public var outputs: [(name: String, comparison: OutputComparison)]

    /// - Parameter order: The outputs in the order of the graph; others follow by name.
    public init(_ result: EvaluationResult, order: [String]) {
        let others = result.outputs.keys.filter { !order.contains($0) }.sorted()
        outputs = (order + others).compactMap { name in result.outputs[name].map { (name, $0) } }
    }

    /// The answers that agree come first: they are what a classifier is for.
    public var text: ReportText {
        var text = ReportText()
        for (name, comparison) in outputs {
            let title = outputs.count > 1 ? [ReportText.Piece("\"\(name)\"", .strong)] : []
            let answers = answers(comparison)
            text.field("answers", answers.isEmpty ? [] : title + answers)
            text.field("output", title + distances(comparison))
        }
        return text
    }

    private func answers(_ comparison: OutputComparison) -> [ReportText.Piece] {
        guard let share = comparison.agreement.value else { return [] }
        var facts: [ReportText.Piece] = [
            .init("same top-1 as float \(NumberText.percent(share))", .strong),
            .init(OutputTable.certainty(comparison.agreement.proportion)),
        ]
        if let divergence = OutputTable.divergence(comparison) {
            facts.append(.init("KL divergence \(NumberText.significant(divergence, digits: 3))"))
        }
        return facts
    }

    private func distances(_ comparison: OutputComparison) -> [ReportText.Piece] {
        var facts: [ReportText.Piece] = []
        if let decibels = comparison.signalToNoise.decibels {
            facts.append(.init("SQNR \(NumberText.decibels(decibels))", .strong))
        }
        if let cosine = comparison.cosine.value { facts.append(.init("cosine \(OutputTable.cosine(cosine))")) }
        if let error = comparison.largestError.value {
            let peak = NumberText.significant(Double(comparison.referencePeak), digits: 3)
            facts.append(
                .init("largest difference \(NumberText.significant(error, digits: 3)) of values up to \(peak)"))
        }
        return facts
    }

    /// `255 of 256`, and where the true share lies with 95 % confidence while the number is small.
    static func certainty(_ proportion: Proportion) -> String {
        let counted = "\(proportion.hits) of \(proportion.count)"
        guard proportion.count < 1000, let bounds = proportion.wilsonBounds() else { return counted }
        let (low, high) = (bounds.lowerBound, bounds.upperBound)
        return
            "\(counted): \(NumberText.fixed(low * 100, places: 1)) … \(NumberText.fixed(high * 100, places: 1)) % with 95 % confidence"
    }

    /// Never negative: what rounding leaves below zero is zero.
    static func divergence(_ comparison: OutputComparison) -> Double? {
        comparison.divergence.value.map { $0 < 0 ? 0 : $0 }
    }

    /// Enough digits to see how far from 1 it is.
    static func cosine(_ value: Double) -> String {
        let text = NumberText.fixed(value, places: 6)
        return value < 1 && text == "1.000000" ? "> 0.999999" : text
    }

    public var json: JSONValue {
        .array(
            outputs.map { name, comparison in
                let bounds = comparison.agreement.bounds
                return [
                    "name": .string(name), "sqnr_db": .optional(comparison.signalToNoise.decibels),
                    "agreement": .optional(comparison.agreement.value), "agreement_low": .optional(bounds?.lowerBound),
                    "agreement_high": .optional(bounds?.upperBound),
                    "kl_divergence": .optional(OutputTable.divergence(comparison)),
                    "cosine": .optional(comparison.cosine.value),
                    "largest_difference": .optional(comparison.largestError.value),
                    "largest_value": .number(Double(comparison.referencePeak)),
                ]
            })
    }
}
