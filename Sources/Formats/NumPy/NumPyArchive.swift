import BitdepthTensors
import OrderedCollections

extension NumPy {
    /// The arrays of a `.npz` file by name (`.npy` left off), in the archive's order.
    ///
    /// Arrays that are stored and row-major stay in the file until they are used.
    ///
    /// - Throws: ``BitdepthError/Code/malformedFile`` for members that are no `.npy` files, two of one name, or a wrong checksum.
    public static func readArchive(_ path: String, limits: Limits = .standard) throws(BitdepthError)
        -> OrderedDictionary<String, Tensor>
    {
        try readArchive(try ByteSource.open(path), limits: limits)
    }

    public static func readArchive(
        _ source: ByteSource, limits: Limits = .standard
    ) throws(BitdepthError) -> OrderedDictionary<String, Tensor> {
        let archive = try ZipArchive(source, limits: limits)
        var tensors: OrderedDictionary<String, Tensor> = [:]
        for member in archive.members {
            guard member.name.hasSuffix(".npy") else {
                throw BitdepthError(
                    .malformedFile, "member \"\(member.name)\" of the archive is no .npy file",
                    at: .init(file: source.path))
            }
            let name = String(member.name.dropLast(4))
            tensors[name] = try locating(.init(file: source.path, tensor: name)) { () throws(BitdepthError) in
                try read(try archive.contents(of: member), limits: limits)
            }
        }
        return tensors
    }

    /// Writes a `.npz` file; it appears whole or not at all, and its bytes depend on the arrays and their order alone.
    ///
    /// - Parameters:
    ///   - compressed: Whether to deflate the arrays, which then cannot be read in place.
    ///   - force: Whether an existing file may be replaced.
    public static func writeArchive(
        _ tensors: OrderedDictionary<String, Tensor>, to path: String, compressed: Bool = false, force: Bool = false
    ) throws(BitdepthError) {
        let file = try AtomicFile(path, force: force)
        var writer = ZipWriter(file)
        for (name, tensor) in tensors { try writer.add(name + ".npy", try pieces(tensor), compressed: compressed) }
        try writer.finish()
        try file.commit()
    }
}
