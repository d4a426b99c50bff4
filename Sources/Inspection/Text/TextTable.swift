/// Rows of results: shown to people as a terminal or Markdown table, handed to programs as CSV or JSON.
///
/// A cell carries both what is shown ("13.9 MB") and the value itself (13900000), so that no format loses anything.
public struct TextTable: Sendable, Equatable {
    public var columns: [Column]
    public private(set) var rows: [[Cell]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; cells that are missing at its end are left empty, further ones dropped.
    public mutating func append(_ cells: [Cell]) {
        let missing = [Cell](repeating: .missing, count: max(0, columns.count - cells.count))
        rows.append(cells.prefix(columns.count) + missing)
    }

    public struct Column: Sendable, Equatable {
        /// What people read above it.
        public var title: String
        /// Its name in JSON and CSV: lower case, with the unit (`p50_ms`).
        public var key: String
        public var alignment: Alignment
        /// Whether its text may be cut in the middle where the terminal is too narrow.
        public var isShrinkable: Bool

        public init(_ title: String, key: String? = nil, _ alignment: Alignment = .left, isShrinkable: Bool = false) {
            self.title = title
            self.key = key ?? title.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
            self.alignment = alignment
            self.isShrinkable = isShrinkable
        }
    }

    public enum Alignment: Sendable { case left, right }
}
