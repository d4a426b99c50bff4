extension Tensor {
    /// Calls `body` with the raw bytes; reads them from the file first where they still lie there.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(BitdepthError) -> Result)
        throws(BitdepthError) -> Result
    {
        switch storage {
        case .owned(let bytes):
            defer { withExtendedLifetime(bytes) {} }
            return try body(bytes.bytes)
        case .file:
            return try loaded().withBytes(body)
        }
    }

    /// Calls `body` with the elements.
    ///
    /// - Throws: ``BitdepthError/Code/typeMismatch`` when they are not of type `Element`.
    public func withElements<Element: TensorElement, Result>(
        of element: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        try check(element)
        return try withBytes { bytes throws(BitdepthError) in try body(bytes.assumingMemoryBound(to: Element.self)) }
    }

    /// Calls `body` with the elements for changing; copies them first when somebody else holds them too.
    public mutating func withMutableElements<Element: TensorElement, Result>(
        of element: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        try check(element)
        return try withMutableBytes { bytes throws(BitdepthError) in
            try body(bytes.assumingMemoryBound(to: Element.self))
        }
    }

    public mutating func withMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        let bytes = try uniqueBytes()
        defer { withExtendedLifetime(bytes) {} }
        return try body(bytes.mutable)
    }

    /// The elements as a Swift array, in row-major order.
    public func array<Element: TensorElement>(of element: Element.Type) throws(BitdepthError) -> [Element] {
        try withElements(of: element) { Array($0) }
    }

    private mutating func uniqueBytes() throws(BitdepthError) -> OwnedBytes {
        switch storage {
        case .file:
            self = try loaded()
            return try uniqueBytes()
        case .owned(var bytes):
            storage = .owned(Tensor.nothing)
            if !isKnownUniquelyReferenced(&bytes) { bytes = try bytes.copy() }
            storage = .owned(bytes)
            return bytes
        }
    }

    /// Stands in while a tensor's own bytes are examined for uniqueness.
    private static let nothing: OwnedBytes = {
        do { return try OwnedBytes(count: 0) } catch { preconditionFailure("no memory for an empty tensor") }
    }()

    private func check<Element: TensorElement>(_ element: Element.Type) throws(BitdepthError) {
        guard type == Element.elementType else {
            throw BitdepthError(
                .typeMismatch, "a tensor of type \(type.shortName) was read as \(Element.elementType.shortName)")
        }
    }
}

extension Tensor: Equatable {
    /// Same type, same shape, same bytes. A tensor whose bytes cannot be read equals nothing.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.type == right.type, left.shape == right.shape else { return false }
        let equal = try? left.withBytes { a throws(BitdepthError) in
            try right.withBytes { b in a.elementsEqual(b) }
        }
        return equal ?? false
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String { "\(type.shortName)\(shape)" }
}
