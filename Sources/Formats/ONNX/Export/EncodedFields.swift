import BitdepthTensors

/// Walks the fields of a message that Bitdepth has encoded itself.
struct EncodedFields {
    struct Field {
        var key: UInt64
        /// The field with its key.
        var whole: ArraySlice<UInt8>
        /// What a length-delimited field holds.
        var content: ArraySlice<UInt8>?
    }

    private var rest: ArraySlice<UInt8>

    init(_ message: ArraySlice<UInt8>) { rest = message }

    mutating func next() throws(BitdepthError) -> Field? {
        guard !rest.isEmpty else { return nil }
        let start = rest
        let key = try varint()
        var content: ArraySlice<UInt8>?
        switch WireType(rawValue: key & 7) {
        case .varint: _ = try varint()
        case .fixed64: _ = try take(8)
        case .fixed32: _ = try take(4)
        case .bytes: content = try take(try varint())
        default: throw EncodedFields.broken
        }
        return Field(key: key, whole: start[start.startIndex..<rest.startIndex], content: content)
    }

    private mutating func varint() throws(BitdepthError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw EncodedFields.broken }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw EncodedFields.broken
    }

    private mutating func take(_ count: UInt64) throws(BitdepthError) -> ArraySlice<UInt8> {
        guard let count = Int(exactly: count), count <= rest.count else { throw EncodedFields.broken }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static let broken = BitdepthError(.internal, "an encoded model cannot be read back")
}
