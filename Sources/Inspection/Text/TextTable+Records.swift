extension TextTable {
    /// One JSON object per row, by the columns' keys.
    public var records: [JSONValue] {
        rows.map { row in
            .object(zip(columns, row).map { JSONValue.Member($0.key, $1.value) })
        }
    }

    /// Comma-separated values with a header line of keys (RFC 4180, lines end in "\n").
    ///
    /// Texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` first) get an apostrophe; numbers do not.
    public var csv: String {
        let header = columns.map { TextTable.quoted($0.key) }
        return ([header] + rows.map { $0.map(TextTable.field) }).map { $0.joined(separator: ",") }.joined(
            separator: "\n")
    }

    private static func field(_ cell: Cell) -> String {
        switch cell.value {
        case .null: return ""
        case .string(let text):
            let text = text.printable
            return quoted(text.first.map { "=+-@".contains($0) } == true ? "'" + text : text)
        case .number(let number) where !number.isFinite: return ""
        case .array, .object: return quoted(cell.value.text(indented: false))
        case .bool, .integer, .number: return cell.value.text(indented: false)
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r ".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
