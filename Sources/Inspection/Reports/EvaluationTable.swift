import BitdepthEvaluation
import BitdepthMetrics

/// What an evaluation found, as a table of metrics: the float model, the model that is judged, and the difference.
public struct EvaluationTable: Sendable {
    public var result: EvaluationResult
    /// The model's outputs in the order of its graph.
    public var outputs: [String]
    public var hasBaseline: Bool
    /// Measured on one thread with one sample at a time: float first.
    public var latency: PairedLatency?

    public init(_ result: EvaluationResult, outputs: [String], hasBaseline: Bool, latency: PairedLatency?) {
        self.result = result
        self.outputs = outputs
        self.hasBaseline = hasBaseline
        self.latency = latency
    }

    public var table: TextTable {
        var table = TextTable(
            hasBaseline
                ? [
                    .init("metric"), .init("float", key: "baseline", .right), .init("model", .right),
                    .init("drop", .right),
                    .init("", key: "note", isShrinkable: true),
                ] : [.init("metric"), .init("model", .right), .init("", key: "note", isShrinkable: true)])
        if result.labelled > 0 {
            accuracy("top-1", result.baseline.top1.proportion, result.model.top1.proportion, note: significance, &table)
            accuracy("top-5", result.baseline.top5.proportion, result.model.top5.proportion, note: nil, &table)
        }
        if let latency {
            let speed = TextTable.Cell.significant(1 / latency.second, digits: 3)
            let note = TextTable.Cell.text("one thread, one at a time")
            if hasBaseline {
                let ratio = NumberText.fixed(latency.speedup, places: 2) + "×"
                table.append([
                    .text("samples/s"), .significant(1 / latency.first, digits: 3), speed,
                    TextTable.Cell(ratio, value: .number(latency.speedup)), note,
                ])
            } else {
                table.append([.text("samples/s"), speed, note])
            }
        }
        return table
    }

    private func accuracy(
        _ name: String, _ baseline: Proportion, _ model: Proportion, note: String?, _ table: inout TextTable
    ) {
        let interval = model.wilsonBounds().map {
            "\(NumberText.fixed($0.lowerBound * 100, places: 2)) … \(NumberText.fixed($0.upperBound * 100, places: 2)) % with 95 % confidence"
        }
        guard hasBaseline else {
            return table.append([.text(name), EvaluationTable.percent(model), .text(interval ?? "")])
        }
        let drop = EvaluationTable.drop(baseline, model)
        let cell =
            drop.map { TextTable.Cell(NumberText.fixed($0, places: 2) + " points", value: .number($0)) } ?? .missing
        table.append([
            .text(name), EvaluationTable.percent(baseline), EvaluationTable.percent(model), cell,
            note.map(TextTable.Cell.text) ?? .blank,
        ])
    }

    /// Two decimals: a hundredth of a point is one of 10,000 samples. The value stays a fraction.
    private static func percent(_ proportion: Proportion) -> TextTable.Cell {
        proportion.value.map { TextTable.Cell(NumberText.fixed($0 * 100, places: 2) + " %", value: .number($0)) }
            ?? .missing
    }

    /// Percentage points that the model has less than the baseline: one rounding, so that limits are met exactly.
    public static func drop(_ baseline: Proportion, _ model: Proportion) -> Double? {
        guard baseline.count > 0, baseline.count == model.count else { return nil }
        return (Double(baseline.hits) - Double(model.hits)) * 100 / Double(model.count)
    }

    private var significance: String? {
        guard let error = result.difference.standardError, let probability = result.difference.pValue else {
            return nil
        }
        let chance = probability < 0.001 ? "< 0.001" : "= " + NumberText.fixed(probability, places: 3)
        return "± \(NumberText.fixed(error * 100, places: 2)), McNemar p \(chance)"
    }

    /// The table with the comparison of outputs as further rows, for formats that hold one table.
    public var fullTable: TextTable {
        var full = table
        guard hasBaseline else { return full }
        let all = OutputTable(result, order: outputs).outputs
        for (name, comparison) in all {
            let prefix = all.count > 1 ? "\(name) " : ""
            let rows: [(String, TextTable.Cell?)] = [
                ("agreement", comparison.agreement.value.map { .percent($0) }),
                ("KL divergence", OutputTable.divergence(comparison).map { .significant($0, digits: 3) }),
                ("SQNR", comparison.signalToNoise.decibels.map { .decibels($0) }),
                ("cosine", comparison.cosine.value.map { TextTable.Cell(OutputTable.cosine($0), value: .number($0)) }),
                ("largest difference", comparison.largestError.value.map { .significant($0, digits: 3) }),
            ]
            for case (let metric, let cell?) in rows {
                full.append([.text(prefix + metric), .blank, cell, .blank, .blank])
            }
        }
        return full
    }

    /// The table, then how outputs compare.
    public var text: ReportText {
        var text = ReportText()
        text.table(table)
        if hasBaseline {
            if !table.rows.isEmpty { text.blank() }
            text.append(OutputTable(result, order: outputs).text)
        }
        return text
    }

    public var json: JSONValue {
        func classification(_ metrics: ClassificationMetrics) -> JSONValue {
            guard result.labelled > 0 else { return nil }
            return ["top1": .optional(metrics.top1.value), "top5": .optional(metrics.top5.value)]
        }
        let hasDrop = hasBaseline && result.labelled > 0
        return [
            "samples": .integer(result.sampleCount), "labelled": .integer(result.labelled),
            "model": classification(result.model), "baseline": hasBaseline ? classification(result.baseline) : nil,
            "top1_drop_points": .optional(
                hasDrop ? EvaluationTable.drop(result.baseline.top1.proportion, result.model.top1.proportion) : nil),
            "top5_drop_points": .optional(
                hasDrop ? EvaluationTable.drop(result.baseline.top5.proportion, result.model.top5.proportion) : nil),
            "drop_standard_error_points": .optional(hasDrop ? result.difference.standardError.map { $0 * 100 } : nil),
            "mcnemar_p": .optional(hasDrop ? result.difference.pValue : nil),
            "outputs": hasBaseline ? OutputTable(result, order: outputs).json : nil,
            "samples_per_second": .optional(latency.map { 1 / $0.second }),
            "baseline_samples_per_second": hasBaseline ? .optional(latency.map { 1 / $0.first }) : nil,
        ]
    }
}
