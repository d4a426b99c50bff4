import Bitdepth

/// A condition of `--fail-if`, as in `top1.drop > 0.5%`: the command fails when it holds.
struct FailureCondition: Sendable, Equatable {
    var metric: Metric
    var relation: Relation
    /// In the metric's unit.
    var limit: Double

    enum Metric: String, Sendable, CaseIterable {
        case top1, top5, agreement, sqnr, kl, cosine
        case top1Drop = "top1.drop"
        case top5Drop = "top5.drop"

        /// What stands behind a number: accuracies in percent, their drops in percentage points.
        var unit: String {
            switch self {
            case .top1, .top5, .top1Drop, .top5Drop, .agreement: "%"
            case .sqnr: "dB"
            case .kl, .cosine: ""
            }
        }

        var isDrop: Bool { self == .top1Drop || self == .top5Drop }
        var needsLabels: Bool { [.top1, .top5, .top1Drop, .top5Drop].contains(self) }
        var needsBaseline: Bool { self != .top1 && self != .top5 }
    }

    enum Relation: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .below: value < limit
            case .atMost: value <= limit
            case .above: value > limit
            case .atLeast: value >= limit
            }
        }
    }

    /// - Throws: ``BitdepthError/Code/usage`` saying what is wrong, with what may have been meant.
    init(parsing text: String) throws(BitdepthError) {
        func fail(_ message: String, _ help: String = "a condition looks like 'top1.drop > 0.5%' or 'agreement < 99%'")
            -> BitdepthError
        {
            BitdepthError(.usage, "--fail-if '\(text)': \(message)", help: [help])
        }
        let isRelation: (Character) -> Bool = { "<>=".contains($0) }
        guard let start = text.firstIndex(where: isRelation) else { throw fail("there is no <, <=, > or >=") }
        let end = text[start...].firstIndex { !isRelation($0) } ?? text.endIndex
        guard let relation = Relation(rawValue: String(text[start..<end])) else {
            throw fail("\"\(text[start..<end])\" is none of <, <=, > and >=")
        }
        let name = text[..<start].trimmed
        guard let metric = Metric(rawValue: name.lowercased()) else {
            let names = Metric.allCases.map(\.rawValue)
            throw fail(
                name.isEmpty
                    ? "there is no metric before \(relation.rawValue)"
                    : "there is no metric \"\(name)\"\(Suggestion.clause(for: name, among: names))",
                "the metrics are \(names.joined(separator: ", "))")
        }
        var number = text[end...].trimmed
        let hasUnit = !metric.unit.isEmpty && number.lowercased().hasSuffix(metric.unit.lowercased())
        if hasUnit { number = number.dropLast(metric.unit.count).trimmed }
        guard let limit = Double(number), limit.isFinite else { throw fail("\"\(text[end...].trimmed)\" is no number") }
        if metric.unit == "%", !hasUnit {
            throw fail(
                "\(metric.rawValue) is in percent, and \(number) has no percent sign",
                "write \(metric.rawValue) \(relation.rawValue) \(number)%")
        }
        (self.metric, self.relation, self.limit) = (metric, relation, limit)
    }

    /// `top1.drop > 0.5%`
    var description: String {
        let space = metric.unit == "dB" ? " " : ""
        return "\(metric.rawValue) \(relation.rawValue) \(FailureCondition.text(limit))\(space)\(metric.unit)"
    }

    private static func text(_ number: Double) -> String {
        let text = String(number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The metric's value in its unit; of several outputs the worst; `nil` where the results do not have it.
    func value(in result: EvaluationResult) -> Double? {
        let outputs = result.outputs.values
        switch metric {
        case .top1: return result.model.top1.proportion.percent
        case .top5: return result.model.top5.proportion.percent
        case .top1Drop: return EvaluationTable.drop(result.baseline.top1.proportion, result.model.top1.proportion)
        case .top5Drop: return EvaluationTable.drop(result.baseline.top5.proportion, result.model.top5.proportion)
        case .agreement: return outputs.compactMap { $0.agreement.proportion.percent }.min()
        case .sqnr: return FailureCondition.worst(outputs.compactMap(\.signalToNoise.decibels)) { $0.min() }
        case .kl: return FailureCondition.worst(outputs.compactMap(\.divergence.value)) { $0.max() }
        case .cosine: return FailureCondition.worst(outputs.compactMap(\.cosine.value)) { $0.min() }
        }
    }

    private static func worst(_ values: [Double], _ choose: ([Double]) -> Double?) -> Double? {
        values.contains { $0.isNaN } ? .nan : choose(values)
    }

    /// Whether the gate fails. A metric without a value, or one that is not a number, cannot pass.
    func fails(_ value: Double?) -> Bool {
        guard let value, !value.isNaN else { return true }
        return relation.holds(value, limit)
    }

    /// `top1.drop is 0.06 points`
    func statement(_ value: Double?) -> String {
        guard let value, !value.isNaN else { return "\(metric.rawValue) has no value here" }
        let unit = metric.isDrop ? " points" : metric.unit.isEmpty ? "" : " \(metric.unit)"
        return "\(metric.rawValue) is \(NumberText.significant(value, digits: 4))\(unit)"
    }
}

extension StringProtocol {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Proportion {
    /// In percent, rounded once so that limits are met exactly.
    fileprivate var percent: Double? { count == 0 ? nil : Double(hits) * 100 / Double(count) }
}
