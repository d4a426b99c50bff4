/// Decodes a raw deflate stream (RFC 1951) without any library.
///
/// It accepts and refuses what zlib does. Only ``refill()``, ``emit(_:)``, ``copy(length:distance:)`` and the stored block touch
/// the buffers, and each compares with their ends before it does.
struct InflateDecoder {
    private let input: UnsafeRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private var position = 0
    private var produced = 0
    /// Bits that were read and not used yet, the next one lowest.
    private var bits: UInt64 = 0
    private var bitCount = 0

    private init(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) {
        self.input = input
        self.output = output
    }

    static func run(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Inflate.Outcome {
        var decoder = InflateDecoder(input, output)
        let ending = decoder.blocks()
        return Inflate.Outcome(
            ending: ending, consumed: decoder.position - decoder.bitCount / 8, produced: decoder.produced)
    }

    private mutating func blocks() -> Inflate.Ending {
        while true {
            guard let header = take(3) else { return .truncated }
            let ending: Inflate.Ending =
                switch header >> 1 {
                case 0: stored()
                case 1: compressed(HuffmanTable.fixedLiterals, HuffmanTable.fixedDistances)
                case 2: dynamic()
                default: .malformed
                }
            if ending != .complete || header & 1 == 1 { return ending }
        }
    }

    private mutating func stored() -> Inflate.Ending {
        drop(bitCount % 8)
        guard let length = take(16), let complement = take(16) else { return .truncated }
        guard length ^ complement == 0xFFFF else { return .malformed }
        position -= bitCount / 8
        bits = 0
        bitCount = 0
        let count = min(length, input.count - position, output.count - produced)
        output[produced..<produced + count].copyBytes(from: input[position..<position + count])
        position += count
        produced += count
        if count == length { return .complete }
        return position == input.count ? .truncated : .outputFull
    }

    /// RFC 1951, 3.2.7: code lengths of both codes, themselves coded.
    private mutating func dynamic() -> Inflate.Ending {
        guard let literalCount = take(5), let distanceCount = take(5), let lengthCount = take(4) else {
            return .truncated
        }
        guard literalCount + 257 <= 286, distanceCount + 1 <= 30 else { return .malformed }
        var codeLengths = [UInt8](repeating: 0, count: 19)
        for symbol in InflateDecoder.lengthOrder.prefix(lengthCount + 4) {
            guard let length = take(3) else { return .truncated }
            codeLengths[symbol] = UInt8(length)
        }
        guard let code = HuffmanTable(lengths: codeLengths, mayBeIncomplete: false) else { return .malformed }

        var lengths: [UInt8] = []
        let total = literalCount + 257 + distanceCount + 1
        while lengths.count < total {
            guard let symbol = decode(code) else { return endOfInput }
            var repeated = (value: UInt8(0), count: 1)
            switch symbol {
            case 16:
                guard let extra = take(2) else { return .truncated }
                guard let last = lengths.last else { return .malformed }
                repeated = (last, extra + 3)
            case 17:
                guard let extra = take(3) else { return .truncated }
                repeated = (0, extra + 3)
            case 18:
                guard let extra = take(7) else { return .truncated }
                repeated = (0, extra + 11)
            default: repeated.value = UInt8(symbol)
            }
            guard repeated.count <= total - lengths.count else { return .malformed }
            lengths += repeatElement(repeated.value, count: repeated.count)
        }
        // Without a code for the end of the block it could never end.
        guard lengths[256] > 0 else { return .malformed }
        return compressed(
            HuffmanTable(lengths: lengths[..<(literalCount + 257)], mayBeIncomplete: true),
            HuffmanTable(lengths: lengths[(literalCount + 257)...], mayBeIncomplete: true))
    }

    private mutating func compressed(_ literals: HuffmanTable?, _ distances: HuffmanTable?) -> Inflate.Ending {
        guard let literals, let distances else { return .malformed }
        while true {
            guard let symbol = decode(literals) else { return endOfInput }
            if symbol < 256 {
                guard emit(UInt8(truncatingIfNeeded: symbol)) else { return .outputFull }
                continue
            }
            if symbol == 256 { return .complete }
            guard symbol < 286 else { return .malformed }
            let lengthCode = InflateDecoder.lengths[symbol - 257]
            guard let lengthExtra = take(lengthCode.bits) else { return .truncated }
            guard let distanceSymbol = decode(distances) else { return endOfInput }
            guard distanceSymbol < 30 else { return .malformed }
            let distanceCode = InflateDecoder.distances[distanceSymbol]
            guard let distanceExtra = take(distanceCode.bits) else { return .truncated }
            let distance = distanceCode.base + distanceExtra
            guard distance <= produced else { return .malformed }
            guard copy(length: lengthCode.base + lengthExtra, distance: distance) else { return .outputFull }
        }
    }
}

extension InflateDecoder {
    /// Where the code lengths of the code-length code stand in a block.
    private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private typealias Code = (base: Int, bits: Int)

    private static let lengths: [Code] =
        bases(count: 28, first: 3, plainCodes: 8, perStep: 4) + [(258, 0)]
    private static let distances: [Code] = bases(count: 30, first: 1, plainCodes: 4, perStep: 2)

    /// Bases that follow one another without a gap, one more extra bit every `perStep` codes.
    private static func bases(count: Int, first: Int, plainCodes: Int, perStep: Int) -> [Code] {
        var base = first
        return (0..<count).map { index in
            let bits = index < plainCodes ? 0 : (index - plainCodes) / perStep + 1
            defer { base += 1 << bits }
            return (base, bits)
        }
    }

    /// Why a symbol could not be decoded: no bits are left, or those that are begin no code.
    private var endOfInput: Inflate.Ending {
        position == input.count && bitCount < HuffmanTable.longestCode ? .truncated : .malformed
    }

    private mutating func refill() {
        while bitCount <= 56, position < input.count {
            bits |= UInt64(input[position]) << UInt64(bitCount)
            position += 1
            bitCount += 8
        }
    }

    private mutating func drop(_ count: Int) {
        bits >>= UInt64(count)
        bitCount -= count
    }

    /// The next `count` bits, at most 16, as a number.
    private mutating func take(_ count: Int) -> Int? {
        if bitCount < count { refill() }
        guard bitCount >= count else { return nil }
        defer { drop(count) }
        return Int(bits & (1 << UInt64(count) - 1))
    }

    private mutating func decode(_ table: HuffmanTable) -> Int? {
        if bitCount < HuffmanTable.longestCode { refill() }
        let entry = table.entries[Int(bits & UInt64(table.entries.count - 1))]
        let length = Int(entry & 0xF)
        guard length > 0, length <= bitCount else { return nil }
        drop(length)
        return Int(entry >> 4)
    }

    private mutating func emit(_ byte: UInt8) -> Bool {
        guard produced < output.count else { return false }
        output[produced] = byte
        produced += 1
        return true
    }

    /// Repeats what lies `distance` bytes back; the two ranges may overlap, so it goes byte by byte.
    private mutating func copy(length: Int, distance: Int) -> Bool {
        let count = min(length, output.count - produced)
        for index in produced..<produced + count { output[index] = output[index - distance] }
        produced += count
        return count == length
    }
}
