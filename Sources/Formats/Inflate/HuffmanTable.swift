/// A canonical Huffman code as one table: the next bits of the stream, first bit lowest, index it.
struct HuffmanTable {
    /// `symbol << 4 | length`; 0 for bits that no code begins with.
    private(set) var entries: [UInt16]
    /// Bits that index the table: the longest code's.
    private(set) var width: Int

    static let longestCode = 15

    /// - Parameters:
    ///   - lengths: The code length of each symbol, 0 for symbols without a code.
    ///   - mayBeIncomplete: Whether a single code of one bit may stand alone, as RFC 1951 allows for distances and zlib for
    ///     literals.
    /// - Returns: `nil` for lengths that are no prefix code, or one that leaves bits unused.
    init?(lengths: some Collection<UInt8>, mayBeIncomplete: Bool) {
        var counts = [Int](repeating: 0, count: HuffmanTable.longestCode + 1)
        for length in lengths { counts[Int(length)] += 1 }
        counts[0] = 0
        let longest = counts.lastIndex { $0 > 0 } ?? 0
        // Codes of each length that are still free; below zero the code is over-subscribed.
        var free = 1
        for length in 1...HuffmanTable.longestCode {
            free = free << 1 - counts[length]
            if free < 0 { return nil }
        }
        if free > 0, !(mayBeIncomplete && longest <= 1) { return nil }

        width = max(longest, 1)
        entries = [UInt16](repeating: 0, count: 1 << width)
        var nextCode = [Int](repeating: 0, count: HuffmanTable.longestCode + 2)
        for length in 1...HuffmanTable.longestCode { nextCode[length + 1] = (nextCode[length] + counts[length]) << 1 }
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let code = nextCode[Int(length)]
            nextCode[Int(length)] += 1
            let reversed = Int(UInt16(truncatingIfNeeded: code).bitReversed >> (16 - UInt16(length)))
            let entry = UInt16(symbol) << 4 | UInt16(length)
            for index in stride(from: reversed, to: entries.count, by: 1 << Int(length)) { entries[index] = entry }
        }
    }

    /// The code of RFC 1951, 3.2.6, for literals and lengths.
    static let fixedLiterals = HuffmanTable(
        lengths: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 8, count: 8), mayBeIncomplete: false)
    /// Thirty-two codes, of which the last two stand for nothing.
    static let fixedDistances = HuffmanTable(lengths: [UInt8](repeating: 5, count: 32), mayBeIncomplete: false)
}

extension UInt16 {
    fileprivate var bitReversed: UInt16 {
        var value = self
        value = (value & 0x5555) << 1 | (value >> 1) & 0x5555
        value = (value & 0x3333) << 2 | (value >> 2) & 0x3333
        value = (value & 0x0F0F) << 4 | (value >> 4) & 0x0F0F
        return value.byteSwapped
    }
}
