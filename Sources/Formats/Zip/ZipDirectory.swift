import BitdepthTensors

/// The end of a zip file: where its central directory lies and how many members it lists.
struct ZipEnd {
    var directoryOffset: Int
    var directoryCount: Int
    var members: Int

    private static let signature: UInt32 = 0x0605_4B50
    private static let signature64: UInt32 = 0x0606_4B50
    private static let locatorSignature: UInt32 = 0x0706_4B50
    private static let fixedCount = 22
    private static let locatorCount = 20

    /// Finds the end record: the one whose comment reaches exactly to the end of the file.
    init(_ source: ByteSource, limits: Limits) throws(BitdepthError) {
        let place = BitdepthError.Place(file: source.path)
        let tailCount = min(source.count, ZipEnd.fixedCount + 0xFFFF)
        let tailStart = source.count - tailCount
        let tail = try source.bytes(at: tailStart, count: tailCount)
        let candidates = stride(from: tail.count - ZipEnd.fixedCount, through: 0, by: -1)
        let found = candidates.first { start in
            tail[start...].starts(with: [0x50, 0x4B, 5, 6])
                && Int(tail[start + 20]) | Int(tail[start + 21]) << 8 == tail.count - start - ZipEnd.fixedCount
        }
        guard let found else {
            throw BitdepthError(
                .malformedFile, "no end record of a zip archive was found", at: place, help: ["the file may be cut off"]
            )
        }
        var reader = ByteReader(Array(tail[found...]), origin: UInt64(tailStart + found), path: source.path)
        try reader.skip(4)
        let disks = (try reader.little(UInt16.self), try reader.little(UInt16.self))
        let counts = (try reader.little(UInt16.self), try reader.little(UInt16.self))
        let size = try reader.little(UInt32.self)
        let offset = try reader.little(UInt32.self)
        var end = Fields(
            disks: disks == (0, 0), here: UInt64(counts.0), total: UInt64(counts.1), size: UInt64(size),
            offset: UInt64(offset))
        var endOffset = tailStart + found
        if let large = try ZipEnd.large(source, before: endOffset) { (end, endOffset) = large }

        guard end.disks, end.here == end.total else {
            throw BitdepthError(.unsupportedFormat, "the archive is spread over several files", at: place)
        }
        guard end.total <= UInt64(limits.zipMembers), end.size <= UInt64(limits.headerBytes) else {
            throw BitdepthError(
                .limitExceeded,
                "\(end.total) members in a directory of \(end.size) bytes; the limits are zipMembers = \(limits.zipMembers), headerBytes = \(limits.headerBytes)",
                at: place)
        }
        guard let start = Int(exactly: end.offset), let count = Int(exactly: end.size),
            let members = Int(exactly: end.total),
            count <= endOffset, start == endOffset - count
        else {
            throw BitdepthError(
                .malformedFile,
                "the directory (\(end.size) bytes at \(end.offset)) does not end where the end record begins, \(endOffset)",
                at: place)
        }
        directoryOffset = start
        directoryCount = count
        self.members = members
    }

    private struct Fields {
        var disks: Bool
        var here, total, size, offset: UInt64
    }

    /// The zip64 end record, if a locator stands before the plain one.
    private static func large(_ source: ByteSource, before end: Int) throws(BitdepthError) -> (Fields, Int)? {
        guard end >= locatorCount else { return nil }
        var locator = try source.reader(at: end - locatorCount, count: locatorCount)
        guard try locator.little(UInt32.self) == locatorSignature else { return nil }
        let disk = try locator.little(UInt32.self)
        let position = try locator.little(UInt64.self)
        let recordCount = 56
        guard let start = Int(exactly: position), start <= end - locatorCount, end - locatorCount - start == recordCount
        else {
            throw locator.malformed("the zip64 end record does not stand directly before its locator")
        }
        var record = try source.reader(at: start, count: recordCount)
        guard try record.little(UInt32.self) == signature64, try record.little(UInt64.self) == UInt64(recordCount - 12)
        else {
            throw record.malformed("no zip64 end record stands where its locator says")
        }
        try record.skip(4)
        let disks = (try record.little(UInt32.self), try record.little(UInt32.self))
        let fields = Fields(
            disks: disk == 0 && disks == (0, 0), here: try record.little(), total: try record.little(),
            size: try record.little(), offset: try record.little())
        return (fields, start)
    }
}

/// One file in a zip archive, as the central directory has it.
public struct ZipMember: Sendable, Hashable {
    public var name: String
    /// 0 stored, 8 deflated.
    public var method: UInt16
    public var flags: UInt16
    public var checksum: UInt32
    public var compressedCount: Int
    public var count: Int
    /// Where the local header begins in the archive.
    public var headerOffset: Int

    static let isEncrypted: UInt16 = 1
    private static let signature: UInt32 = 0x0201_4B50
    private static let needsZip64: UInt32 = 0xFFFF_FFFF

    /// The entry that comes next in a central directory.
    init(_ reader: inout ByteReader, limits: Limits) throws(BitdepthError) {
        guard try reader.little(UInt32.self) == ZipMember.signature else {
            throw reader.malformed("no entry of the zip directory begins before this offset")
        }
        try reader.skip(4)
        flags = try reader.little()
        method = try reader.little()
        try reader.skip(4)
        checksum = try reader.little()
        let compressed = try reader.little(UInt32.self)
        let plain = try reader.little(UInt32.self)
        let nameCount = Int(try reader.little(UInt16.self))
        let extraCount = Int(try reader.little(UInt16.self))
        let commentCount = Int(try reader.little(UInt16.self))
        let disk = try reader.little(UInt16.self)
        try reader.skip(6)
        let offset = try reader.little(UInt32.self)
        guard nameCount <= limits.nameBytes else {
            throw reader.malformed("a name has \(nameCount) bytes, the limit nameBytes is \(limits.nameBytes)")
        }
        name = try reader.text(nameCount, what: "a member's name")
        var wide = ZipWideNumbers(try reader.bytes(extraCount), at: reader)
        guard disk == 0 || disk == 0xFFFF else { throw reader.malformed("member \"\(name)\" lies in another file") }
        try reader.skip(commentCount)
        let numbers = (
            try wide.number(plain, reader), try wide.number(compressed, reader), try wide.number(offset, reader)
        )
        guard let count = Int(exactly: numbers.0), let compressedCount = Int(exactly: numbers.1),
            let headerOffset = Int(exactly: numbers.2)
        else { throw reader.malformed("member \"\(name)\" has sizes that no file has") }
        self.count = count
        self.compressedCount = compressedCount
        self.headerOffset = headerOffset
    }
}

/// The zip64 extra field: 64-bit values of exactly those fields that are all ones, in their order.
private struct ZipWideNumbers {
    private var field: ByteReader?

    init(_ extra: [UInt8], at reader: ByteReader) {
        var fields = ByteReader(extra, origin: reader.offset, path: "")
        while let id = try? fields.little(UInt16.self), let count = try? fields.little(UInt16.self),
            let bytes = try? fields.bytes(Int(count))
        {
            if id == 1 { field = ByteReader(bytes, path: "") }
        }
    }

    mutating func number(_ short: UInt32, _ reader: ByteReader) throws(BitdepthError) -> UInt64 {
        guard short == 0xFFFF_FFFF else { return UInt64(short) }
        guard let wide = try? field?.little(UInt64.self) else { throw reader.malformed("a 64-bit size is missing") }
        return wide
    }
}
