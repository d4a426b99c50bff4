import BitdepthTensors

/// Bytes at known offsets: a file, a part of one, or what was inflated into memory. Readers of formats see no difference.
public struct ByteSource: Sendable {
    private enum Storage: Sendable {
        case file(FileRegion)
        case memory(Tensor)
    }

    private let storage: Storage
    /// The file that errors name.
    public let path: String
    public let count: Int

    public init(_ region: FileRegion) {
        storage = .file(region)
        path = region.file.path
        count = region.count
    }

    /// - Parameter bytes: A vector of type `uint8`.
    public init(bytes: Tensor, path: String) {
        storage = .memory(bytes)
        self.path = path
        count = bytes.byteCount
    }

    public init(_ bytes: [UInt8], path: String) throws(BitdepthError) {
        self.init(bytes: try Tensor(bytes), path: path)
    }

    /// The whole file at `path`.
    ///
    /// - Throws: ``BitdepthError/Code/fileNotFound`` when it cannot be opened or is no regular file.
    public static func open(_ path: String) throws(BitdepthError) -> ByteSource {
        let file = try FileAccess.open(path)
        guard let count = Int(exactly: file.size) else {
            throw BitdepthError(.limitExceeded, "the file has \(file.size) bytes", at: .init(file: path))
        }
        return ByteSource(try FileRegion(file: file, offset: 0, count: count))
    }

    /// Whether the bytes are held in memory rather than read when they are used.
    public var isInMemory: Bool { if case .memory = storage { true } else { false } }

    /// The bytes at `offset`.
    ///
    /// - Throws: ``BitdepthError/Code/truncatedFile`` when fewer are there.
    public func bytes(at offset: Int, count: Int) throws(BitdepthError) -> [UInt8] {
        let bytes = try tensor(at: offset, shape: Shape.vector(count), type: .uint8)
        return try bytes.array(of: UInt8.self)
    }

    /// At most `count` bytes at `offset`: fewer where the source ends.
    public func prefix(_ count: Int, at offset: Int = 0) throws(BitdepthError) -> [UInt8] {
        try bytes(at: offset, count: min(count, max(self.count - offset, 0)))
    }

    public func reader(at offset: Int, count: Int) throws(BitdepthError) -> ByteReader {
        ByteReader(try bytes(at: offset, count: count), origin: UInt64(max(offset, 0)), path: path)
    }

    /// The elements of a tensor that lie at `offset`: left in the file if they come from one, else copied.
    ///
    /// - Throws: ``BitdepthError/Code/truncatedFile`` when the bytes are not there; nothing is allocated before that is known.
    public func tensor(at offset: Int, shape: Shape, type: ElementType) throws(BitdepthError) -> Tensor {
        let needed = try type.byteCount(elements: shape.count)
        try check(offset: offset, count: needed)
        switch storage {
        case .file(let region):
            let part = try FileRegion(file: region.file, offset: region.offset + UInt64(offset), count: needed)
            return try Tensor(region: part, shape: shape, type: type)
        case .memory(let bytes):
            return try bytes.withBytes { source throws(BitdepthError) in
                try Tensor(shape: shape, type: type) {
                    $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + needed]))
                }
            }
        }
    }

    /// A part of these bytes as a source of its own.
    public func part(at offset: Int, count: Int) throws(BitdepthError) -> ByteSource {
        try check(offset: offset, count: count)
        if case .file(let region) = storage {
            return ByteSource(try FileRegion(file: region.file, offset: region.offset + UInt64(offset), count: count))
        }
        return ByteSource(bytes: try tensor(at: offset, shape: Shape.vector(count), type: .uint8), path: path)
    }

    private func check(offset: Int, count: Int) throws(BitdepthError) {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw BitdepthError(
                .truncatedFile, "\(count) bytes at offset \(offset) lie outside of the \(self.count) bytes present",
                at: .init(file: path, offset: UInt64(max(offset, 0))))
        }
    }
}
