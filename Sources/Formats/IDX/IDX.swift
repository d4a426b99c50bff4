import BitdepthTensors

/// IDX files, in which MNIST and its relatives come: one array of big-endian elements.
///
/// Source: "The IDX file format", the MNIST database's page.
public enum IDX {
    private static let types: [UInt8: ElementType] = [
        0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]

    /// Whether a file that begins with `start` is one. The format has no magic number but two zero bytes and a known type.
    public static func matches(_ start: [UInt8]) -> Bool {
        start.count >= 4 && start[0] == 0 && start[1] == 0 && types[start[2]] != nil
    }

    /// The array of the file at `path`, which may be compressed by gzip.
    ///
    /// Bytes of an uncompressed file stay there until they are used; wider elements are converted at once.
    public static func read(_ path: String, limits: Limits = .standard) throws(BitdepthError) -> Tensor {
        let source = try ByteSource.open(path)
        return try read(
            Gzip.matches(try source.prefix(2)) ? try Gzip.inflate(source, limits: limits) : source, limits: limits)
    }

    /// The array of an uncompressed file.
    public static func read(_ source: ByteSource, limits: Limits = .standard) throws(BitdepthError) -> Tensor {
        let start = try source.prefix(4)
        guard matches(start) else {
            throw BitdepthError(.malformedFile, "no IDX file begins here", at: .init(file: source.path, offset: 0))
        }
        let rank = Int(start[3])
        guard let type = types[start[2]], rank <= limits.rank else {
            throw BitdepthError(
                .limitExceeded, "the array has \(rank) axes, the limit rank is \(limits.rank)",
                at: .init(file: source.path, offset: 3))
        }
        var reader = try source.reader(at: 4, count: 4 * rank)
        var extents: [Int] = []
        for _ in 0..<rank { extents.append(Int(try reader.big(UInt32.self))) }
        let present = source.count - 4 - 4 * rank
        let (shape, needed) = try locating(.init(file: source.path)) { () throws(BitdepthError) in
            let shape = try Shape(extents)
            return (shape, try type.byteCount(elements: shape.count))
        }
        guard needed == present else {
            throw BitdepthError(
                needed > present ? .truncatedFile : .malformedFile,
                "shape \(shape) of type \(type.shortName) takes \(needed) bytes, \(present) follow the header",
                at: .init(file: source.path, offset: reader.offset))
        }
        var tensor = try source.tensor(at: 4 + 4 * rank, shape: shape, type: type)
        try tensor.swapBytes()
        return tensor
    }
}
