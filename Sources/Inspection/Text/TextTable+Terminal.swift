extension TextTable {
    /// The table as lines for a terminal, the header first. Columns stand two spaces apart, without rules.
    ///
    /// - Parameter width: Columns of the terminal; where the table is wider, shrinkable columns are cut. Nil for no limit.
    public func lines(width: Int? = nil) -> [String] {
        let texts = [columns.map(\.title.printable)] + rows.map { $0.map(\.text) }
        var widths = columns.indices.map { column in texts.map { $0[column].displayWidth }.max() ?? 0 }
        if let width { shrink(&widths, to: width) }
        return texts.map { row in
            let cells = zip(columns.indices, row).map { column, text in
                TextTable.padded(text.truncated(toWidth: widths[column]), to: widths[column], columns[column].alignment)
            }
            let line = cells.joined(separator: TextTable.gap)
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static let gap = "  "
    private static let narrowest = 8

    /// Takes columns away from the widest shrinkable one until the whole fits or nothing is left to take.
    private func shrink(_ widths: inout [Int], to width: Int) {
        func excess() -> Int { widths.reduce(0, +) + TextTable.gap.count * max(0, widths.count - 1) - width }
        while excess() > 0 {
            let candidates = columns.indices.filter { columns[$0].isShrinkable && widths[$0] > TextTable.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
        }
    }

    static func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let space = String(repeating: " ", count: max(0, width - text.displayWidth))
        return alignment == .left ? text + space : space + text
    }
}
