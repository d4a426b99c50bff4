extension DataReport {
    /// One row for each input.
    public var table: TextTable {
        var table = TextTable([
            .init("input", isShrinkable: true), .init("type"), .init("shape"), .init("samples", .right),
            .init("min", .right), .init("max", .right), .init("mean", .right), .init("std", .right),
            .init("zeros", .right), .init("not finite", key: "not_finite", .right),
        ])
        for input in inputs {
            let hasValues = input.values > 0
            func number(_ value: Double) -> TextTable.Cell { hasValues ? .significant(value) : .missing }
            table.append([
                .text(input.name), .text(input.type), .text(DataReport.shapes(input)), .integer(input.samples),
                number(input.minimum), number(input.maximum), number(input.mean), number(input.deviation),
                hasValues ? .percent(Double(input.zeros) / Double(input.values)) : .missing, .integer(input.notFinite),
            ])
        }
        return table
    }

    private static func shapes(_ input: Input) -> String {
        guard let first = input.shapes.first else { return input.expected }
        return input.shapes.count == 1 ? first : "\(first) and \(input.shapes.count - 1) more"
    }

    /// Labels, files and names that are shown to people; JSON has more.
    private static let mostShown = 5

    public var text: ReportText {
        var text = ReportText()
        text.field("model", [.init(model, .strong)])
        text.field("data", [name, examined == count ? "\(count) samples" : "\(examined) of \(count) samples"])
        text.field("input", [preprocessingOrigin.map { "\(preprocessing) (from \($0))" } ?? "no preprocessing"])
        text.field("first", DataReport.listed(firstSamples, of: firstSamples.count))
        if let labels { text.field("labels", labelFacts(labels)) }
        text.blank()
        text.table(table)
        if !skipped.isEmpty {
            text.blank()
            text.line(.init("  \(skipped.count) left out", .bad))
            for file in skipped.prefix(DataReport.mostShown) { text.line(.init("    \(file.file): \(file.reason)")) }
            if skipped.count > DataReport.mostShown {
                text.line(.init("    and \(skipped.count - DataReport.mostShown) more", .faint))
            }
        }
        text.blank()
        if warnings.isEmpty {
            text.line(.init("  "), .init("✓", .good), .init(" nothing looks wrong"))
        }
        for warning in warnings {
            let place = warning.input.map { "input \"\($0)\": " } ?? ""
            text.line(.init("  "), .init("✗", .bad), .init(" \(place)\(warning.message)  [\(warning.code)]"))
            text.line(.init("    \(warning.help)", .faint))
        }
        return text
    }

    private func labelFacts(_ labels: [(label: Int, count: Int)]) -> [String] {
        let shown = labels.prefix(DataReport.mostShown).map { "\($0.label): \($0.count)" }
        return ["\(labels.count) classes"] + DataReport.listed(Array(shown), of: labels.count)
    }

    private static func listed(_ names: [String], of count: Int) -> [String] {
        Array(names.prefix(mostShown)) + (count > mostShown ? ["and \(count - mostShown) more"] : [])
    }
}
