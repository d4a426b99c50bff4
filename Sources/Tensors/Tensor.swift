/// A dense array of numbers in row-major order: a value, copied when it is changed.
///
/// Its bytes are in memory, or still in the file they came from and read when they are used.
public struct Tensor: Sendable {
    public let type: ElementType
    public private(set) var shape: Shape
    @usableFromInline var storage: Storage

    @usableFromInline
    enum Storage: Sendable {
        case owned(OwnedBytes)
        case file(FileRegion)
    }

    init(type: ElementType, shape: Shape, storage: Storage) {
        self.type = type
        self.shape = shape
        self.storage = storage
    }

    /// A tensor of zeros.
    public init(zeros shape: Shape, type: ElementType) throws(BitdepthError) {
        self.type = type
        self.shape = shape
        storage = .owned(try OwnedBytes(count: try type.byteCount(elements: shape.count)))
    }

    /// A tensor whose bytes lie in a file; the region must have exactly the bytes that the shape needs.
    public init(region: FileRegion, shape: Shape, type: ElementType) throws(BitdepthError) {
        let needed = try type.byteCount(elements: shape.count)
        guard region.count == needed else {
            throw BitdepthError(
                .malformedFile,
                "a tensor of type \(type.shortName) and shape \(shape) takes \(needed) bytes, \(region.count) are present",
                at: .init(file: region.file.path, offset: region.offset))
        }
        self.type = type
        self.shape = shape
        storage = .file(region)
    }

    /// A tensor of the bytes of `body`'s buffer, little-endian as in every file format that Bitdepth reads.
    public init(shape: Shape, type: ElementType, fill: (UnsafeMutableRawBufferPointer) throws(BitdepthError) -> Void)
        throws(BitdepthError)
    {
        let bytes = try OwnedBytes(count: try type.byteCount(elements: shape.count))
        try fill(bytes.mutable)
        self.type = type
        self.shape = shape
        storage = .owned(bytes)
    }

    /// A tensor of Swift values in row-major order.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when their number is not the shape's.
    public init<Element: TensorElement>(_ values: [Element], shape: Shape) throws(BitdepthError) {
        guard values.count == shape.count else {
            throw BitdepthError(.shapeMismatch, "\(values.count) values do not fill shape \(shape)")
        }
        try self.init(shape: shape, type: Element.elementType) { buffer in
            values.withUnsafeBytes { buffer.copyMemory(from: $0) }
        }
    }

    public init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws(BitdepthError) {
        try self.init(values, shape: try Shape(shape))
    }

    /// A vector.
    public init<Element: TensorElement>(_ values: [Element]) throws(BitdepthError) {
        try self.init(values, shape: Shape.vector(values.count))
    }

    public init<Element: TensorElement>(scalar value: Element) throws(BitdepthError) {
        try self.init([value], shape: Shape.scalar)
    }

    public var count: Int { shape.count }

    /// Bytes of the elements.
    public var byteCount: Int {
        switch storage {
        case .owned(let bytes): bytes.count
        case .file(let region): region.count
        }
    }

    /// The file region that the bytes still lie in, if they were not read yet.
    public var region: FileRegion? {
        if case .file(let region) = storage { region } else { nil }
    }

    /// The same elements in another shape of as many elements.
    public func reshaped(to shape: Shape) throws(BitdepthError) -> Tensor {
        guard shape.count == self.shape.count else {
            throw BitdepthError(.shapeMismatch, "a tensor of shape \(self.shape) cannot be reshaped to \(shape)")
        }
        var result = self
        result.shape = shape
        return result
    }

    /// The same tensor with its bytes in memory.
    public func loaded() throws(BitdepthError) -> Tensor {
        guard case .file(let region) = storage else { return self }
        return try Tensor(shape: shape, type: type) { buffer throws(BitdepthError) in try region.read(into: buffer) }
    }
}
