import BitdepthTensors

/// Reads numbers and bytes one after the other and never past the end: every read compares with what is left first.
///
/// Numbers of a file stay as wide and unsigned as the file has them; the caller narrows them with `Int(exactly:)`.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0
    /// Where the first byte lies in the file; only for errors.
    private let origin: UInt64
    private let path: String

    /// - Parameters:
    ///   - origin: The offset of the first of `bytes` in the file.
    ///   - path: The file that errors name.
    public init(_ bytes: [UInt8], origin: UInt64 = 0, path: String) {
        self.bytes = bytes
        self.origin = origin
        self.path = path
    }

    /// Bytes that are left.
    public var remaining: Int { bytes.count - position }
    /// The next byte's offset in the file.
    public var offset: UInt64 { origin &+ UInt64(position) }

    /// The next unsigned integer, least significant byte first.
    public mutating func little<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(BitdepthError) -> Value {
        try take(Value.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Value($1) }
    }

    /// The next unsigned integer, most significant byte first.
    public mutating func big<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(BitdepthError) -> Value {
        try take(Value.bitWidth / 8).reduce(0) { $0 << 8 | Value($1) }
    }

    public mutating func byte() throws(BitdepthError) -> UInt8 { try little(UInt8.self) }

    public mutating func bytes(_ count: Int) throws(BitdepthError) -> [UInt8] { Array(try take(count)) }

    public mutating func skip(_ count: Int) throws(BitdepthError) { _ = try take(count) }

    /// The next `count` bytes as text.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile`` when they are no valid UTF-8.
    public mutating func text(_ count: Int, what: String) throws(BitdepthError) -> String {
        let start = offset
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw BitdepthError(.malformedFile, "\(what) is no valid UTF-8", at: .init(file: path, offset: start))
        }
        return text
    }

    /// The byte that follows, without taking it.
    public var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// An error about what lies at the current offset.
    public func malformed(_ message: String) -> BitdepthError {
        BitdepthError(.malformedFile, message, at: .init(file: path, offset: offset))
    }

    private mutating func take(_ count: Int) throws(BitdepthError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw BitdepthError(
                .truncatedFile, "\(count) bytes were expected, \(remaining) are left",
                at: .init(file: path, offset: offset))
        }
        defer { position += count }
        return bytes[position..<position + count]
    }
}
