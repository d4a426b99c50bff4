import BitdepthTensors

/// gzip files (RFC 1952), of one member or several.
public enum Gzip {
    public static func matches(_ start: [UInt8]) -> Bool { start.starts(with: [0x1F, 0x8B]) }

    /// Everything that `source` holds, inflated.
    ///
    /// - Returns: A source in memory under the same path.
    /// - Throws: ``BitdepthError/Code/limitExceeded`` when it is more than `limits.inflatedBytes`;
    ///   ``BitdepthError/Code/malformedFile`` for damaged data, a wrong checksum or bytes that follow the last member.
    public static func inflate(_ source: ByteSource, limits: Limits = .standard) throws(BitdepthError) -> ByteSource {
        guard source.count <= limits.inflatedBytes else { throw tooLarge(source, limits) }
        let compressed = try source.tensor(at: 0, shape: Shape.vector(source.count), type: .uint8).loaded()
        var capacity = try firstCapacity(source, limits)
        while true {
            if let inflated = try attempt(compressed, source.path, capacity) {
                return ByteSource(bytes: inflated, path: source.path)
            }
            guard capacity < limits.inflatedBytes else { throw tooLarge(source, limits) }
            capacity = capacity > limits.inflatedBytes / 2 ? limits.inflatedBytes : capacity * 2
        }
    }

    private static func tooLarge(_ source: ByteSource, _ limits: Limits) -> BitdepthError {
        BitdepthError(
            .limitExceeded, "the file inflates to more than the limit inflatedBytes of \(limits.inflatedBytes)",
            at: .init(file: source.path))
    }

    /// What the last member's trailer says of its size; right for files of one member under 4 GiB, a guess for the others.
    private static func firstCapacity(_ source: ByteSource, _ limits: Limits) throws(BitdepthError) -> Int {
        guard source.count >= 18 else {
            throw BitdepthError(
                .truncatedFile, "\(source.count) bytes are no whole gzip file", at: .init(file: source.path))
        }
        var trailer = try source.reader(at: source.count - 4, count: 4)
        let announced = Int(try trailer.little(UInt32.self))
        // Nothing is allocated that so few compressed bytes could not fill.
        return max(min(announced, source.count * Inflate.largestRatio, limits.inflatedBytes), 1)
    }

    /// Inflates all members into one buffer of `capacity` bytes; `nil` when they do not fit.
    private static func attempt(_ compressed: Tensor, _ path: String, _ capacity: Int) throws(BitdepthError) -> Tensor?
    {
        var total: Int? = 0
        let buffer = try Tensor(shape: Shape.vector(capacity), type: .uint8) { output throws(BitdepthError) in
            total = try compressed.withBytes { input throws(BitdepthError) in try members(input, output, path) }
        }
        guard let total else { return nil }
        if total == capacity { return buffer }
        return try ByteSource(bytes: buffer, path: path).tensor(at: 0, shape: Shape.vector(total), type: .uint8)
    }

    private static func members(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ path: String
    ) throws(BitdepthError) -> Int? {
        var position = 0
        var produced = 0
        while position < input.count {
            position += try GzipHeader.length(
                UnsafeRawBufferPointer(rebasing: input[position...]), at: position, path: path)
            let rest = UnsafeMutableRawBufferPointer(rebasing: output[produced...])
            let outcome = Inflate.run(UnsafeRawBufferPointer(rebasing: input[position...]), into: rest)
            if outcome.ending == .outputFull { return nil }
            let place = BitdepthError.Place(file: path, offset: UInt64(position))
            try outcome.check(at: place, announced: rest.count)
            position += outcome.consumed
            var checksum = CRC32()
            checksum.update(UnsafeRawBufferPointer(rebasing: rest[..<outcome.produced]))
            let trailerBytes = Array(input[position..<min(position + 8, input.count)])
            var trailer = ByteReader(trailerBytes, origin: UInt64(position), path: path)
            let announced = (crc: try trailer.little(UInt32.self), count: try trailer.little(UInt32.self))
            guard announced.crc == checksum.value, announced.count == UInt32(truncatingIfNeeded: outcome.produced)
            else {
                throw BitdepthError(.malformedFile, "the checksum or size of the inflated data is wrong", at: place)
            }
            position += 8
            produced += outcome.produced
        }
        return produced
    }
}

/// What precedes the compressed data of a gzip member: fixed fields, then optional ones.
enum GzipHeader {
    private static let hasChecksum: UInt8 = 2
    private static let hasExtra: UInt8 = 4
    private static let hasName: UInt8 = 8
    private static let hasComment: UInt8 = 16

    /// Bytes of the header that begins `bytes`.
    static func length(_ bytes: UnsafeRawBufferPointer, at offset: Int, path: String) throws(BitdepthError) -> Int {
        let window = Array(bytes.prefix(1 << 18))
        var reader = ByteReader(window, origin: UInt64(offset), path: path)
        guard try reader.bytes(2) == [0x1F, 0x8B] else {
            throw ByteReader([], origin: UInt64(offset), path: path).malformed("no gzip member begins here")
        }
        guard try reader.byte() == 8 else { throw reader.malformed("the compression method is not deflate") }
        let flags = try reader.byte()
        guard flags & 0xE0 == 0 else { throw reader.malformed("reserved flags are set") }
        try reader.skip(6)
        if flags & hasExtra != 0 { try reader.skip(Int(try reader.little(UInt16.self))) }
        for flag in [hasName, hasComment] where flags & flag != 0 {
            while try reader.byte() != 0 {}
        }
        if flags & hasChecksum != 0 {
            var checksum = CRC32()
            let covered = window.count - reader.remaining
            checksum.update(UnsafeRawBufferPointer(rebasing: bytes[..<covered]))
            guard try reader.little(UInt16.self) == UInt16(truncatingIfNeeded: checksum.value) else {
                throw reader.malformed("the header's checksum is wrong")
            }
        }
        return window.count - reader.remaining
    }
}
