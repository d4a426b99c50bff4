extension JSONValue {
    /// The document as text without a final newline: indented by two spaces, or in one line (as JSON Lines needs it).
    ///
    /// Control characters, also those of C1, and marks of direction are escaped, so the text is safe on a terminal.
    public func text(indented: Bool = true) -> String {
        var text = ""
        write(to: &text, indentation: indented ? 0 : nil)
        return text
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += JSONValue.number(value)
        case .string(let value): text += JSONValue.quoted(value)
        case .array(let elements):
            // Rows of plain numbers or names stay in one line.
            let isFlat = elements.allSatisfy(\.isScalar)
            JSONValue.writeList(
                of: elements, between: ("[", "]"), to: &text, isFlat ? nil : indentation, spaced: indentation != nil
            ) {
                $1.write(to: &$0, indentation: $2)
            }
        case .object(let members):
            JSONValue.writeList(of: members, between: ("{", "}"), to: &text, indentation, spaced: indentation != nil) {
                $0 += JSONValue.quoted($1.name) + (indentation == nil ? ":" : ": ")
                $1.value.write(to: &$0, indentation: $2)
            }
        }
    }

    private static func writeList<Element>(
        of elements: [Element], between marks: (String, String), to text: inout String, _ indentation: Int?,
        spaced: Bool,
        _ write: (inout String, Element, Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 1 }
        func newLine(_ depth: Int) -> String { "\n" + String(repeating: "  ", count: depth) }
        text += marks.0
        for (index, element) in elements.enumerated() {
            if index > 0 { text += inner == nil && spaced ? ", " : "," }
            if let inner { text += newLine(inner) }
            write(&text, element, inner)
        }
        if let indentation, !elements.isEmpty { text += newLine(indentation) }
        text += marks.1
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        // The shortest digits that read back as the same number; whole numbers without ".0".
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.isUnprintable:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
