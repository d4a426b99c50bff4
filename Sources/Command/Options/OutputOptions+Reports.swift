import ArgumentParser
import BitdepthInspection

extension OutputOptions {
    /// Writes a result in the form that was asked for: lines for people, a document for programs, or its table.
    func show(
        _ kind: String, json: @autoclosure () -> JSONValue, table: @autoclosure () -> TextTable,
        text: @autoclosure () -> ReportText
    )
        throws(OutputFailure)
    {
        switch resultFormat {
        case .table: try show(text())
        case .json: try terminal.output.writeLine(JSONValue.document(kind, json()).text())
        case .jsonl: try terminal.output.writeLine(JSONValue.document(kind, json()).text(indented: false))
        case .csv, .markdown: try terminal.output.writeLine(table().text(as: resultFormat, kind: kind))
        }
    }

    /// Writes a report for people.
    func show(_ text: ReportText) throws(OutputFailure) {
        let output = terminal.output
        let lines = text.lines(width: output.width) { output.styled($0, $1.style) }
        guard !lines.isEmpty else { return }
        try output.writeLine(lines.joined(separator: "\n"))
    }
}

extension ReportText.Emphasis {
    /// Never asked for plain text.
    fileprivate var style: Style {
        switch self {
        case .plain, .strong: .bold
        case .faint: .dim
        case .good: .success
        case .bad: .error
        }
    }
}
