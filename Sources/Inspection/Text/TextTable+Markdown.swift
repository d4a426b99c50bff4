extension TextTable {
    /// The table in GitHub's Markdown, aligned so that it also reads as plain text.
    public var markdown: String {
        let texts = ([columns.map(\.title.printable)] + rows.map { $0.map(\.text) }).map { $0.map(\.markdownEscaped) }
        let widths = columns.indices.map { column in max(3, texts.map { $0[column].displayWidth }.max() ?? 0) }
        var lines = texts.map { row in
            zip(columns.indices, row).map { TextTable.padded($1, to: widths[$0], columns[$0].alignment) }
        }.map { "| " + $0.joined(separator: " | ") + " |" }
        let rule = columns.indices.map { column in
            let dashes = String(repeating: "-", count: widths[column] + 1)
            return columns[column].alignment == .left ? dashes + "-" : dashes + ":"
        }
        lines.insert("|" + rule.joined(separator: "|") + "|", at: 1)
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// Without Markdown's marks: a name can neither end its cell nor become a link, an element or an emphasis.
    fileprivate var markdownEscaped: String {
        let letters = Array(self)
        func isWord(_ index: Int) -> Bool {
            letters.indices.contains(index) && (letters[index].isLetter || letters[index].isNumber)
        }
        return letters.indices.map { index in
            switch letters[index] {
            case "\\", "|", "`", "*", "[", "]", "<", "~": "\\" + String(letters[index])
            case "&": "&amp;"
            // Inside a word an underscore is no mark: names such as mobilenet_v2 stay readable.
            case "_" where !isWord(index - 1) || !isWord(index + 1): "\\_"
            default: String(letters[index])
            }
        }.joined()
    }
}
