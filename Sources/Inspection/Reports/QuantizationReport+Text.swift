import BitdepthEvaluation
import BitdepthQuantization

extension QuantizationReport {
    /// - Parameter listsAllNodes: Whether every node is listed, not only those that stay float.
    public func text(listsAllNodes: Bool = false) -> ReportText {
        var text = ReportText()
        text.blank()
        text.append(verdict)
        text.append(OutputTable(check.result, order: check.outputs).text)
        if let fallback { text.append(fallback.text) }
        text.append(costs)
        text.blank()
        text.append(nodeText(listsAllNodes))
        if !check.layers.layers.isEmpty {
            text.blank()
            text.table(check.layers.summary)
            text.line(
                .init(
                    "    \(check.layers.layers.count) of \(check.layers.total) layers, on \(check.layerSamples) samples; a layer's noise includes what the layers before it made",
                    .faint))
        }
        if !next.isEmpty {
            text.blank()
            text.line(.init("  next:", .faint), .init(" " + next))
        }
        return text
    }

    private var verdict: ReportText {
        var text = ReportText()
        let mark: ReportText.Piece = complaints.isEmpty ? .init("✓", .good) : .init("✗", .bad)
        if let file {
            text.line(
                .init("  "), mark, .init(" "), .init(file.path, .strong),
                .init(
                    "  \(NumberText.bytes(file.bytesBefore)) → \(NumberText.bytes(file.bytes)) (\(NumberText.percent(file.ratio)))"
                ))
        } else {
            text.line(
                .init("  "), mark,
                .init(complaints.isEmpty ? " nothing was written" : " collapsed, nothing was written", .strong))
        }
        text.field("checked", ["integer engine against float", checkedOn])
        return text
    }

    private var checkedOn: String {
        let count = "\(check.result.sampleCount) samples"
        return switch check.kind {
        case .unused: "on \(count) that calibration did not use"
        case .heldBack: "on \(count) held back from calibration"
        case .calibration: "on the \(count) of calibration itself"
        }
    }

    private var costs: ReportText {
        var text = ReportText()
        if let cost { text.append(cost.text) }
        text.field(
            "calibration", ["statistics took \(NumberText.bytes(calibration.bytes)), whatever the number of samples"])
        return text
    }

    private func nodeText(_ listsAll: Bool) -> ReportText {
        var text = ReportText()
        if listsAll {
            text.table(nodes.all)
        } else {
            text.table(nodes.byOperator)
            if !nodes.floatNodes.rows.isEmpty {
                text.blank()
                text.table(nodes.floatNodes)
            }
        }
        for note in notes { text.line(.init("    note: \(note)", .faint)) }
        return text
    }
}

extension QuantizationReport.Cost {
    fileprivate var text: ReportText {
        var text = ReportText()
        func milliseconds(_ seconds: Double) -> String { NumberText.milliseconds(seconds * 1000) }
        text.field(
            "latency",
            [
                "\(milliseconds(latency.first)) → \(milliseconds(latency.second)) (\(NumberText.fixed(latency.speedup, places: 1))×)",
                "1 thread, median of \(latency.runs)", processor, instructionSet,
            ])
        let (total, integer) = multiplyAccumulates
        let share =
            total > 0
            ? "\(NumberText.percent(Double(integer) / Double(total))) of \(NumberText.count(total)) multiply-adds on integers"
            : nil
        text.field(
            "memory",
            [
                "peak working \(NumberText.bytes(workingBytes.float)) → \(NumberText.bytes(workingBytes.quantized))",
                share,
            ].compactMap { $0 })
        return text
    }
}
