import BitdepthTensors

/// Reads the one Python expression that a `.npy` header is: a dictionary of strings to strings, truth values and tuples.
struct PythonLiteral {
    enum Value: Equatable {
        case text(String)
        case truth(Bool)
        case integers([Int])
        /// Something that no array of numbers has.
        case other
    }

    private var reader: ByteReader

    init(_ reader: ByteReader) { self.reader = reader }

    mutating func dictionary() throws(BitdepthError) -> [String: Value] {
        var fields: [String: Value] = [:]
        try expect("{")
        while try !found("}") {
            let key = try text()
            try expect(":")
            let value = try value()
            guard fields.updateValue(value, forKey: key) == nil else {
                throw reader.malformed("the key '\(key)' is there twice")
            }
            // What follows a value of another kind is not understood, and need not be.
            if value == .other { return fields }
            if try !found(",") {
                try expect("}")
                break
            }
        }
        skipSpaces()
        guard reader.remaining == 0 else { throw reader.malformed("text follows the header's dictionary") }
        return fields
    }

    private mutating func value() throws(BitdepthError) -> Value {
        skipSpaces()
        switch reader.next.map({ Character(Unicode.Scalar($0)) }) {
        case "'", "\"": return .text(try text())
        case "T": return try word("True", .truth(true))
        case "F": return try word("False", .truth(false))
        case "(": return .integers(try tuple())
        default: return .other
        }
    }

    private mutating func word(_ word: String, _ value: Value) throws(BitdepthError) -> Value {
        guard try reader.bytes(word.utf8.count) == Array(word.utf8) else {
            throw reader.malformed("\(word) was expected before")
        }
        return value
    }

    private mutating func text() throws(BitdepthError) -> String {
        skipSpaces()
        let quote = try reader.byte()
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw reader.malformed("a quoted string was expected before")
        }
        var text = ""
        while true {
            let byte = try reader.byte()
            if byte == quote { return text }
            guard (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") else {
                throw reader.malformed("a string has characters that no header has")
            }
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
    }

    private mutating func tuple() throws(BitdepthError) -> [Int] {
        try expect("(")
        var numbers: [Int] = []
        while try !found(")") {
            numbers.append(try number())
            if try !found(",") {
                // One number in parentheses without a comma is no tuple.
                guard numbers.count != 1 else { throw reader.malformed("the shape is no tuple") }
                try expect(")")
                break
            }
        }
        return numbers
    }

    private mutating func number() throws(BitdepthError) -> Int {
        skipSpaces()
        var digits = ""
        while let next = reader.next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
            digits.unicodeScalars.append(Unicode.Scalar(try reader.byte()))
        }
        // Python 2 wrote long integers with an L.
        if reader.next == UInt8(ascii: "L") { try reader.skip(1) }
        guard let number = Int(digits) else {
            throw reader.malformed("an extent was expected, found \"\(digits.prefix(32))\"")
        }
        return number
    }

    private mutating func skipSpaces() {
        while let next = reader.next, next == 0x20 || next == 0x0A || next == 0x09 {
            guard (try? reader.skip(1)) != nil else { return }
        }
    }

    private mutating func expect(_ character: Character) throws(BitdepthError) {
        guard try found(character) else { throw reader.malformed("\"\(character)\" was expected in the header") }
    }

    private mutating func found(_ character: Character) throws(BitdepthError) -> Bool {
        skipSpaces()
        guard reader.next == character.asciiValue else { return false }
        try reader.skip(1)
        return true
    }
}
