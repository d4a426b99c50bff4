import BitdepthTensors

/// Numbers in nested JSON arrays, all of one depth have equal lengths.
struct JSONNumbers: Sendable, Hashable {
    var values: [Double] = []
    /// Empty for a lone number.
    var shape: [Int] = []
}

/// Reads one JSON value from bytes in one pass, without recursion. Source: RFC 8259; `NaN`, `Infinity` and `-Infinity`, which
/// Python writes, are numbers too.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position: Int
    private let place: BitdepthError.Place
    private let rank: Int

    /// - Parameters:
    ///   - place: Where the first byte lies; errors name the offset of what is wrong.
    ///   - rank: How deep arrays may be nested.
    init(_ bytes: [UInt8], at place: BitdepthError.Place, rank: Int) {
        self.bytes = bytes
        position = 0
        self.place = place
        self.rank = rank
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private func malformed(_ message: String) -> BitdepthError {
        var place = place
        place.offset = (place.offset ?? 0) &+ UInt64(position)
        return BitdepthError(.malformedFile, message, at: place)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    /// Takes `byte` if it comes next.
    private mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard let value = byte.asciiValue, next == value else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: Character, _ context: String) throws(BitdepthError) {
        guard take(byte) else { throw malformed("expected \"\(byte)\" \(context)") }
    }

    /// The whole text as one array or number.
    mutating func onlyNumbers() throws(BitdepthError) -> JSONNumbers {
        let numbers = try numbers()
        try expectEnd()
        return numbers
    }

    /// The whole text as an object: those of its members that `wanted` names, each at most once; the others are skipped.
    mutating func object(_ wanted: Set<String>) throws(BitdepthError) -> [String: JSONNumbers] {
        try expect("{", "at the beginning")
        var found: [String: JSONNumbers] = [:]
        var isFirst = true
        while !take("}") {
            if !isFirst { try expect(",", "between members") }
            isFirst = false
            let name = try string()
            try expect(":", "after a name")
            guard wanted.contains(name) else {
                try skipValue()
                continue
            }
            guard found.updateValue(try numbers(), forKey: name) == nil else {
                throw malformed("\"\(name)\" is given twice")
            }
        }
        try expectEnd()
        return found
    }

    private mutating func expectEnd() throws(BitdepthError) {
        skipSpace()
        guard next == nil else { throw malformed("something follows the value") }
    }

    /// A number, or arrays of equal lengths that end in numbers.
    private mutating func numbers() throws(BitdepthError) -> JSONNumbers {
        var result = JSONNumbers()
        // How many elements each open array has so far; lengths of closed ones, by depth.
        var open: [Int] = []
        var lengths: [Int?] = []
        var leafDepth: Int?
        repeat {
            if let last = open.last {
                if take("]") {
                    open.removeLast()
                    if let length = lengths[open.count], length != last {
                        throw malformed("arrays of \(length) and of \(last) elements beside each other")
                    }
                    lengths[open.count] = last
                    continue
                }
                if last > 0 { try expect(",", "between elements") }
                open[open.count - 1] += 1
            }
            if take("[") {
                guard open.count < rank, leafDepth.map({ open.count < $0 }) ?? true else {
                    throw malformed(open.count < rank ? "an array beside a number" : "arrays more than \(rank) deep")
                }
                open.append(0)
                if lengths.count < open.count { lengths.append(nil) }
            } else {
                guard leafDepth ?? open.count == open.count else { throw malformed("a number beside an array") }
                leafDepth = open.count
                result.values.append(try number())
            }
        } while !open.isEmpty
        result.shape = lengths.map { $0 ?? 0 }
        if let leafDepth, leafDepth != lengths.count { throw malformed("a number beside an array") }
        return result
    }

    private static let words: [(String, Double)] = [
        ("true", 1), ("false", 0), ("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
    ]

    /// Whether a byte is a digit, a sign, a point or the letter of an exponent.
    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }

    private mutating func number() throws(BitdepthError) -> Double {
        skipSpace()
        let isDigit = next.map { (0x30...0x39).contains($0) } ?? false
        for (word, value) in JSONScanner.words where !isDigit && bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        let text = bytes[position...].prefix(while: JSONScanner.isOfNumber)
        guard !text.isEmpty, let value = Double(String(decoding: text, as: UTF8.self)) else {
            throw malformed("expected a number or an array of numbers")
        }
        position += text.count
        return value
    }

    /// A name. Escapes other than `\"`, `\\` and `\/` stay as they are written: no input has them in its name.
    private mutating func string() throws(BitdepthError) -> String {
        try expect("\"", "before a name")
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            if byte == 0x22 {
                guard let name = String(validating: text, as: UTF8.self) else {
                    throw malformed("a name is no valid UTF-8")
                }
                return name
            }
            guard byte == 0x5C, let escaped = next else {
                text.append(byte)
                continue
            }
            position += 1
            text += escaped == 0x22 || escaped == 0x5C || escaped == 0x2F ? [escaped] : [byte, escaped]
        }
        throw malformed("a string does not end")
    }

    /// Passes over any value by counting brackets.
    private mutating func skipValue() throws(BitdepthError) {
        var depth = 0
        repeat {
            skipSpace()
            switch next {
            case nil: throw malformed("the value does not end")
            case 0x2C where depth == 0: throw malformed("expected a value")
            case 0x22: _ = try string()
            case 0x5B, 0x7B:
                depth += 1
                position += 1
            case 0x5D, 0x7D:
                guard depth > 0 else { throw malformed("expected a value") }
                depth -= 1
                position += 1
            default: position += 1
            }
            // A lone word or number ends where the next member or the object's end begins.
            skipSpace()
        } while depth > 0 || (next.map { $0 != 0x2C && $0 != 0x7D } ?? false)
    }
}
