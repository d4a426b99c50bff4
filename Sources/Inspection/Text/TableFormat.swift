/// In which form results are written (`--format`).
public enum TableFormat: String, Sendable, CaseIterable {
    case table, json, jsonl, csv
    case markdown = "md"
}

extension TextTable {
    /// The table in `format`, without a final newline.
    ///
    /// - Parameters:
    ///   - kind: Names the JSON schema: `bench` becomes `"schema": "bitdepth.bench/1"`; JSON Lines carry it in each line.
    ///   - width: Columns of the terminal, for ``TableFormat/table`` alone.
    public func text(as format: TableFormat, kind: String, width: Int? = nil) -> String {
        switch format {
        case .table: lines(width: width).joined(separator: "\n")
        case .json: JSONValue.document(kind, ["rows": .array(records)]).text()
        case .jsonl: records.map { JSONValue.document(kind, $0).text(indented: false) }.joined(separator: "\n")
        case .csv: csv
        case .markdown: markdown
        }
    }
}
