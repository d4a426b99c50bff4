import BitdepthTensors

/// Writes a zip archive whose bytes depend on nothing but the members: no time, no owner.
///
/// Sizes and offsets beyond 4 GiB are written as zip64.
public struct ZipWriter: ~Copyable {
    private let file: AtomicFile
    private var directory: [UInt8] = []
    private var names: Set<String> = []

    public init(_ file: AtomicFile) { self.file = file }

    /// Appends one member.
    ///
    /// - Parameters:
    ///   - pieces: The member's bytes, in pieces that follow each other.
    ///   - compressed: Whether to deflate them; they are stored where the package was built without zlib.
    /// - Throws: ``BitdepthError/Code/usage`` for a name that was written before or is too long.
    public mutating func add(_ name: String, _ pieces: [Tensor], compressed: Bool = false) throws(BitdepthError) {
        guard names.insert(name).inserted, name.utf8.count <= 0xFFFF else {
            throw BitdepthError(
                .usage, "an archive cannot have a member \"\(name)\": the name is taken or too long",
                at: .init(file: file.path))
        }
        var checksum = CRC32()
        var count = 0
        for piece in pieces {
            try piece.withBytes { checksum.update($0) }
            count += piece.byteCount
        }
        let deflated = compressed ? try ZipWriter.deflate(pieces, count: count) : nil
        let entry = Entry(
            name: name, method: deflated == nil ? 0 : 8, checksum: checksum.value,
            compressedCount: UInt64(deflated?.count ?? count),
            count: UInt64(count), offset: file.count)
        try file.write(entry.local)
        if let deflated {
            try file.write(deflated)
        } else {
            for piece in pieces { try piece.withBytes { bytes throws(BitdepthError) in try file.write(bytes) } }
        }
        directory += entry.central
    }

    /// Writes the directory. The file still is to be committed.
    public consuming func finish() throws(BitdepthError) {
        let start = file.count
        try file.write(directory)
        try file.write(ZipWriter.end(members: UInt64(names.count), size: UInt64(directory.count), offset: start))
    }

    private static func deflate(_ pieces: [Tensor], count: Int) throws(BitdepthError) -> [UInt8]? {
        let whole = try Tensor(shape: Shape.vector(count), type: .uint8) { output throws(BitdepthError) in
            var position = 0
            for piece in pieces {
                try piece.withBytes { output[position..<position + $0.count].copyBytes(from: $0) }
                position += piece.byteCount
            }
        }
        return try whole.withBytes { bytes throws(BitdepthError) in try Deflate.run(bytes) }
    }

    private static func end(members: UInt64, size: UInt64, offset: UInt64) -> [UInt8] {
        let isLarge = members >= 0xFFFF || size >= 0xFFFF_FFFF || offset >= 0xFFFF_FFFF
        var bytes = LittleEndianBytes()
        if isLarge {
            bytes.append(0x0606_4B50 as UInt32, 44 as UInt64, 45 as UInt16, 45 as UInt16, 0 as UInt32, 0 as UInt32)
            bytes.append(members, members, size, offset)
            bytes.append(0x0706_4B50 as UInt32, 0 as UInt32, offset + size, 1 as UInt32)
        }
        let shortMembers = UInt16(min(members, 0xFFFF))
        bytes.append(0x0605_4B50 as UInt32, 0 as UInt16, 0 as UInt16, shortMembers, shortMembers)
        bytes.append(UInt32(min(size, 0xFFFF_FFFF)), UInt32(min(offset, 0xFFFF_FFFF)), 0 as UInt16)
        return bytes.bytes
    }

    private struct Entry {
        var name: String
        var method: UInt16
        var checksum: UInt32
        var compressedCount, count, offset: UInt64

        private static let wide: UInt32 = 0xFFFF_FFFF
        private var hasWideCounts: Bool { compressedCount >= UInt64(Entry.wide) || count >= UInt64(Entry.wide) }
        private var hasWideOffset: Bool { offset >= UInt64(Entry.wide) }
        /// Bit 11: the name is UTF-8.
        private var flags: UInt16 { name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x800 }
        /// 1980-01-01, the earliest that the format knows.
        private static let date: UInt16 = 1 << 5 | 1

        var local: [UInt8] {
            var bytes = LittleEndianBytes()
            bytes.append(0x0403_4B50 as UInt32, hasWideCounts ? 45 : 20 as UInt16)
            appendShared(to: &bytes)
            let extra = wideNumbers(withOffset: false)
            bytes.append(UInt16(name.utf8.count), UInt16(extra.count))
            return bytes.bytes + Array(name.utf8) + extra
        }

        var central: [UInt8] {
            var bytes = LittleEndianBytes()
            let version: UInt16 = hasWideCounts || hasWideOffset ? 45 : 20
            bytes.append(0x0201_4B50 as UInt32, version, version)
            appendShared(to: &bytes)
            let extra = wideNumbers(withOffset: hasWideOffset)
            bytes.append(
                UInt16(name.utf8.count), UInt16(extra.count), 0 as UInt16, 0 as UInt16, 0 as UInt16, 0 as UInt32)
            bytes.append(hasWideOffset ? Entry.wide : UInt32(offset))
            return bytes.bytes + Array(name.utf8) + extra
        }

        private func appendShared(to bytes: inout LittleEndianBytes) {
            bytes.append(flags, method, 0 as UInt16, Entry.date, checksum)
            bytes.append(
                hasWideCounts ? Entry.wide : UInt32(compressedCount), hasWideCounts ? Entry.wide : UInt32(count))
        }

        private func wideNumbers(withOffset: Bool) -> [UInt8] {
            var numbers = LittleEndianBytes()
            if hasWideCounts { numbers.append(count, compressedCount) }
            if withOffset { numbers.append(offset) }
            guard !numbers.bytes.isEmpty else { return [] }
            var field = LittleEndianBytes()
            field.append(1 as UInt16, UInt16(numbers.bytes.count))
            return field.bytes + numbers.bytes
        }
    }
}

/// Bytes built from numbers, least significant byte first.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append<each Value: FixedWidthInteger>(_ values: repeat each Value) {
        for value in repeat each values {
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
    }
}
