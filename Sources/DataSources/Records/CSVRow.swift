import BitdepthTensors

/// The fields of one row of comma-separated values. Source: RFC 4180.
enum CSVRow {
    private static let quote: UInt8 = 0x22
    private static let comma: UInt8 = 0x2C

    /// The fields as text: quotes around them removed, doubled ones made one, spaces around unquoted ones removed.
    ///
    /// - Parameters:
    ///   - bytes: The row without the end of its line.
    ///   - place: Where the row begins.
    /// - Throws: ``BitdepthError/Code/malformedFile`` for a quote that does not end its field, with the offset.
    static func fields(_ bytes: [UInt8], at place: BitdepthError.Place) throws(BitdepthError) -> [String] {
        var fields: [String] = []
        var position = 0
        func malformed(_ message: String) -> BitdepthError {
            var place = place
            place.offset = (place.offset ?? 0) &+ UInt64(position)
            return BitdepthError(.malformedFile, message, at: place)
        }
        while true {
            var field: [UInt8] = []
            let isQuoted = position < bytes.count && bytes[position] == quote
            if isQuoted {
                position += 1
                while true {
                    guard position < bytes.count else { throw malformed("a quoted field does not end") }
                    let isQuote = bytes[position] == quote
                    let isDoubled = isQuote && position + 1 < bytes.count && bytes[position + 1] == quote
                    if isQuote, !isDoubled { break }
                    field.append(bytes[position])
                    position += isDoubled ? 2 : 1
                }
                position += 1
            } else {
                while position < bytes.count, bytes[position] != comma {
                    field.append(bytes[position])
                    position += 1
                }
            }
            guard let text = String(validating: field, as: UTF8.self) else {
                throw malformed("a field is no valid UTF-8")
            }
            fields.append(isQuoted ? text : trimmed(text))
            guard position < bytes.count else { return fields }
            guard bytes[position] == comma else { throw malformed("something follows a quoted field") }
            position += 1
        }
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop { $0 == " " || $0 == "\t" }
        guard let last = rest.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(rest[...last])
    }
}
