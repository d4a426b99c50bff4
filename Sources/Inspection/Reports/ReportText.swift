/// A report as people read it: lines of pieces, some of which stand out where there is colour.
public struct ReportText: Sendable, Equatable {
    public enum Emphasis: Sendable { case plain, strong, faint, good, bad }

    public struct Piece: Sendable, Equatable {
        /// Free of control characters.
        public let text: String
        public let emphasis: Emphasis

        public init(_ text: String, _ emphasis: Emphasis = .plain) {
            self.text = text.printable
            self.emphasis = emphasis
        }
    }

    private enum Block: Sendable, Equatable {
        case line([Piece])
        case field(label: String, facts: [Piece])
        case table(TextTable, indent: Int)
    }

    private var blocks: [Block] = []

    public init() {}

    static let indent = 2
    static let labelWidth = 12

    public mutating func line(_ pieces: Piece...) { blocks.append(.line(pieces)) }

    public mutating func blank() { blocks.append(.line([])) }

    /// A label and facts about it, parted by "·"; facts that do not fit the width go to the next line. Without facts, nothing.
    public mutating func field(_ label: String, _ facts: [String]) { field(label, facts.map { Piece($0) }) }

    public mutating func field(_ label: String, _ facts: [Piece]) {
        guard !facts.isEmpty else { return }
        blocks.append(.field(label: label.printable, facts: facts))
    }

    /// A table, its header faint; without rows, nothing.
    public mutating func table(_ table: TextTable, indent: Int = 4) {
        guard !table.rows.isEmpty else { return }
        blocks.append(.table(table, indent: indent))
    }

    public mutating func append(_ other: ReportText) { blocks += other.blocks }

    /// The lines for a terminal.
    ///
    /// - Parameters:
    ///   - width: Columns; `nil` for no limit.
    ///   - styled: Makes a text stand out; it is shown as it stands without.
    public func lines(width: Int? = nil, styled: (String, Emphasis) -> String = { text, _ in text }) -> [String] {
        blocks.flatMap { block -> [String] in
            switch block {
            case .line(let pieces): [pieces.map { ReportText.shown($0, styled) }.joined()]
            case .field(let label, let facts): ReportText.field(label, facts, width, styled)
            case .table(let table, let indent): ReportText.table(table, indent, width, styled)
            }
        }
    }

    private static func shown(_ piece: Piece, _ styled: (String, Emphasis) -> String) -> String {
        piece.emphasis == .plain || piece.text.isEmpty ? piece.text : styled(piece.text, piece.emphasis)
    }

    private static func field(
        _ label: String, _ facts: [Piece], _ width: Int?, _ styled: (String, Emphasis) -> String
    ) -> [String] {
        let start = String(repeating: " ", count: indent)
        let name = label + String(repeating: " ", count: max(1, labelWidth - label.displayWidth))
        let margin = indent + name.displayWidth
        var lines: [String] = []
        var line = start + styled(name, .faint)
        var column = margin
        for (number, fact) in facts.enumerated() {
            let needed = fact.text.displayWidth + (column > margin ? 3 : 0)
            if let width, column > margin, column + needed > width {
                lines.append(line)
                (line, column) = (String(repeating: " ", count: margin), margin)
            } else if number > 0 {
                line += " · "
                column += 3
            }
            line += shown(fact, styled)
            column += fact.text.displayWidth
        }
        return lines + [line]
    }

    private static func table(
        _ table: TextTable, _ indent: Int, _ width: Int?, _ styled: (String, Emphasis) -> String
    ) -> [String] {
        let space = String(repeating: " ", count: indent)
        let lines = table.lines(width: width.map { max(1, $0 - indent) })
        return lines.enumerated().map { number, line in space + (number == 0 ? styled(line, .faint) : line) }
    }
}
