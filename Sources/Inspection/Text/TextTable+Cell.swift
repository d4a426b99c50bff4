extension TextTable {
    /// What is shown and what it stands for.
    public struct Cell: Sendable, Equatable {
        /// Free of control characters, whatever it was made from.
        public let text: String
        public let value: JSONValue

        public init(_ text: String, value: JSONValue) {
            self.text = text.printable
            self.value = value
        }

        /// Shown as "—", null for programs.
        public static let missing = Cell(NumberText.missing, value: .null)
        /// An empty place, null for programs.
        public static let blank = Cell("", value: .null)

        public static func text(_ text: String) -> Cell { Cell(text, value: .string(text)) }
        /// A small whole number, all digits shown.
        public static func integer(_ number: Int) -> Cell { Cell(String(number), value: .integer(number)) }
        public static func count(_ count: Int) -> Cell { Cell(NumberText.count(count), value: .integer(count)) }
        public static func bytes(_ count: Int) -> Cell { Cell(NumberText.bytes(count), value: .integer(count)) }

        public static func fixed(_ number: Double, places: Int) -> Cell {
            Cell(NumberText.fixed(number, places: places), value: .number(number))
        }

        public static func significant(_ number: Double, digits: Int = 4) -> Cell {
            Cell(NumberText.significant(number, digits: digits), value: .number(number))
        }

        public static func milliseconds(_ number: Double) -> Cell {
            Cell(NumberText.milliseconds(number), value: .number(number))
        }

        /// The value stays a fraction, 0 … 1.
        public static func percent(_ fraction: Double) -> Cell {
            Cell(NumberText.percent(fraction), value: .number(fraction))
        }
        public static func decibels(_ number: Double) -> Cell {
            Cell(NumberText.decibels(number), value: .number(number))
        }

        /// A bar of up to `width` columns with its percentage behind it, which all rows have at the same place.
        public static func bar(_ fraction: Double, width: Int = 12) -> Cell {
            let bar = NumberText.bar(fraction, width: width)
            let percent = NumberText.fixed(fraction * 100, places: 0)
            let gap = max(0, width - bar.displayWidth) + max(1, 4 - percent.displayWidth)
            return Cell(bar + String(repeating: " ", count: gap) + percent + " %", value: .number(fraction))
        }
    }
}
