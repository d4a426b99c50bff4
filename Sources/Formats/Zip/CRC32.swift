import BitdepthTensors
import CBitdepthSystem

/// The CRC-32 of zip and gzip, fed piece by piece.
public struct CRC32: Sendable {
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = Inflate.usesZlib ? bd_crc32(value, bytes.baseAddress, bytes.count) : CRC32.plain(value, bytes)
    }

    /// The checksum of all of `source`, read in pieces of a megabyte.
    public static func of(_ source: ByteSource) throws(BitdepthError) -> UInt32 {
        var checksum = CRC32()
        let piece = 1 << 20
        for offset in stride(from: 0, to: source.count, by: piece) {
            let bytes = try source.tensor(
                at: offset, shape: Shape.vector(min(piece, source.count - offset)), type: .uint8)
            try bytes.withBytes { checksum.update($0) }
        }
        return checksum.value
    }

    /// One table step a byte.
    static func plain(_ start: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var value = ~start
        for byte in bytes { value = value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xFF)] }
        return ~value
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}
