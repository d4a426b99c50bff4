import BitdepthTensors

/// A zip archive open for reading; nothing is ever unpacked to disk.
///
/// Opening reads the central directory and every local header, so that members which overlap, repeat a name or contradict the
/// directory are refused before any of them is used.
public struct ZipArchive: Sendable {
    public let path: String
    /// In the directory's order; entries for folders are left out.
    public let members: [ZipMember]
    private let source: ByteSource
    private let dataOffsets: [String: Int]
    private let limits: Limits

    public static func matches(_ start: [UInt8]) -> Bool {
        start.starts(with: [0x50, 0x4B, 3, 4]) || start.starts(with: [0x50, 0x4B, 5, 6])
    }

    public init(_ source: ByteSource, limits: Limits = .standard) throws(BitdepthError) {
        self.source = source
        self.limits = limits
        path = source.path
        let end = try ZipEnd(source, limits: limits)
        var reader = try source.reader(at: end.directoryOffset, count: end.directoryCount)
        var members: [ZipMember] = []
        for _ in 0..<end.members { members.append(try ZipMember(&reader, limits: limits)) }
        guard reader.remaining == 0 else {
            throw reader.malformed("\(reader.remaining) bytes follow the directory's last entry")
        }
        dataOffsets = try ZipArchive.dataOffsets(of: members, in: source, end: end.directoryOffset)
        self.members = members.filter { !$0.name.hasSuffix("/") }
    }

    /// The bytes of a member: a stored one stays in the file, a deflated one is inflated into memory. The checksum is verified.
    public func contents(of member: ZipMember) throws(BitdepthError) -> ByteSource {
        let place = BitdepthError.Place(file: path, offset: UInt64(member.headerOffset))
        guard member.flags & ZipMember.isEncrypted == 0 else {
            throw BitdepthError(.unsupportedFormat, "member \"\(member.name)\" is encrypted", at: place)
        }
        guard let offset = dataOffsets[member.name] else {
            throw BitdepthError(.internal, "member \"\(member.name)\" is of another archive", at: place)
        }
        let stored = try source.part(at: offset, count: member.compressedCount)
        let contents: ByteSource
        switch member.method {
        case 0:
            guard member.count == member.compressedCount else {
                throw BitdepthError(
                    .malformedFile, "stored member \"\(member.name)\" has two different sizes", at: place)
            }
            contents = stored
        case 8:
            guard max(member.count, member.compressedCount) <= limits.inflatedBytes else {
                throw BitdepthError(
                    .limitExceeded,
                    "member \"\(member.name)\" inflates \(member.compressedCount) bytes to \(member.count), the limit inflatedBytes is \(limits.inflatedBytes)",
                    at: place)
            }
            let compressed = try stored.tensor(at: 0, shape: Shape.vector(stored.count), type: .uint8)
            contents = ByteSource(bytes: try Inflate.exactly(member.count, from: compressed, path: path), path: path)
        default:
            throw BitdepthError(
                .unsupportedFormat,
                "member \"\(member.name)\" is compressed by method \(member.method); stored and deflated ones are read",
                at: place)
        }
        guard try CRC32.of(contents) == member.checksum else {
            throw BitdepthError(.malformedFile, "the checksum of member \"\(member.name)\" is wrong", at: place)
        }
        return contents
    }

    /// Where each member's bytes begin, after every local header was compared with the directory.
    private static func dataOffsets(
        of members: [ZipMember], in source: ByteSource, end: Int
    ) throws(BitdepthError) -> [String: Int] {
        var offsets: [String: Int] = [:]
        var free = 0
        for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            let place = BitdepthError.Place(file: source.path, offset: UInt64(member.headerOffset))
            guard member.headerOffset >= free else {
                throw BitdepthError(.malformedFile, "member \"\(member.name)\" overlaps the one before it", at: place)
            }
            let nameCount = member.name.utf8.count
            var header = try source.reader(
                at: member.headerOffset, count: min(30 + nameCount, max(end - member.headerOffset, 0)))
            guard try header.little(UInt32.self) == 0x0403_4B50 else {
                throw BitdepthError(
                    .malformedFile, "no local header of member \"\(member.name)\" begins here", at: place)
            }
            try header.skip(4)
            let method = try header.little(UInt16.self)
            try header.skip(16)
            let localNameCount = Int(try header.little(UInt16.self))
            let extraCount = Int(try header.little(UInt16.self))
            guard method == member.method, localNameCount == nameCount,
                try header.bytes(nameCount) == Array(member.name.utf8)
            else {
                throw BitdepthError(
                    .malformedFile, "the local header of member \"\(member.name)\" contradicts the directory", at: place
                )
            }
            let start = member.headerOffset + 30 + nameCount + extraCount
            guard start <= end, member.compressedCount <= end - start else {
                throw BitdepthError(.truncatedFile, "member \"\(member.name)\" reaches into the directory", at: place)
            }
            guard offsets.updateValue(start, forKey: member.name) == nil else {
                throw BitdepthError(.malformedFile, "two members have the name \"\(member.name)\"", at: place)
            }
            free = start + member.compressedCount
        }
        return offsets
    }
}
