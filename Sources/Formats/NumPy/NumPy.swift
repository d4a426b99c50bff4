import BitdepthTensors

/// NumPy's `.npy` files: one array each.
public enum NumPy {
    public static func matches(_ start: [UInt8]) -> Bool { start.starts(with: NumPyHeader.magic) }

    /// The array of the file at `path`.
    ///
    /// Little-endian row-major elements stay in the file until they are used; others are converted at once.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile``, ``BitdepthError/Code/truncatedFile``;
    ///   ``BitdepthError/Code/unsupportedFormat`` for element types that are no numbers of ours.
    public static func read(_ path: String, limits: Limits = .standard) throws(BitdepthError) -> Tensor {
        try read(try ByteSource.open(path), limits: limits)
    }

    public static func read(_ source: ByteSource, limits: Limits = .standard) throws(BitdepthError) -> Tensor {
        let (header, start) = try NumPyHeader.read(source, limits: limits)
        let present = source.count - start
        let needed = try locating(.init(file: source.path)) { () throws(BitdepthError) in
            try header.type.byteCount(elements: header.shape.count)
        }
        guard needed == present else {
            throw BitdepthError(
                needed > present ? .truncatedFile : .malformedFile,
                "shape \(header.shape) of type \(header.type.shortName) takes \(needed) bytes, \(present) follow the header",
                at: .init(file: source.path, offset: UInt64(start)))
        }
        let stored = header.isFortranOrder ? try Shape(header.shape.dimensions.reversed()) : header.shape
        var tensor = try source.tensor(at: start, shape: stored, type: header.type)
        if header.isBigEndian { try tensor.swapBytes() }
        if header.isFortranOrder, tensor.shape.rank > 1 {
            tensor = try tensor.transposed(Array((0..<tensor.shape.rank).reversed()))
        }
        if header.type == .bool { try checkTruth(tensor, source.path) }
        return tensor
    }

    /// The bytes of a `.npy` file that holds `tensor`, the same as those of `numpy.save`: a header, then the elements.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedFormat`` for element types that NumPy has not (bf16, floats of 8
    ///   bits and less, packed integers).
    public static func pieces(_ tensor: Tensor) throws(BitdepthError) -> [Tensor] {
        [try Tensor(NumPyHeader(type: tensor.type, shape: tensor.shape).bytes()), tensor]
    }

    /// Writes a `.npy` file; it appears whole or not at all.
    ///
    /// - Parameter force: Whether an existing file may be replaced.
    public static func write(_ tensor: Tensor, to path: String, force: Bool = false) throws(BitdepthError) {
        let pieces = try pieces(tensor)
        let file = try AtomicFile(path, force: force)
        for piece in pieces { try piece.withBytes { bytes throws(BitdepthError) in try file.write(bytes) } }
        try file.commit()
    }

    private static func checkTruth(_ tensor: Tensor, _ path: String) throws(BitdepthError) {
        let wrong = try tensor.withBytes { bytes in bytes.first { $0 > 1 } }
        if let wrong {
            throw BitdepthError(.malformedFile, "a Boolean array holds the byte \(wrong)", at: .init(file: path))
        }
    }
}

extension Tensor {
    /// Turns big-endian elements into little-endian ones.
    mutating func swapBytes() throws(BitdepthError) {
        let width = type.bitWidth / 8
        guard width > 1 else { return }
        try withMutableBytes { bytes in
            for start in stride(from: 0, through: bytes.count - width, by: width) {
                for index in 0..<width / 2 { bytes.swapAt(start + index, start + width - 1 - index) }
            }
        }
    }
}
