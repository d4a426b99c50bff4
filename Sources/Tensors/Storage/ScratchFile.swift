import CBitdepthSystem
import SystemPackage

/// A file without a name for what memory has no room for: tensors are appended, read when they are used, and gone when the
/// last of them is.
public final class ScratchFile {
    private let file: OpenFile
    private let descriptor: Int32
    /// Bytes written so far.
    public private(set) var count: UInt64 = 0

    /// - Parameter folder: Whose file system has room for it.
    /// - Throws: ``BitdepthError/Code/cannotCreate``.
    public init(in folder: String) throws(BitdepthError) {
        descriptor = bd_open_scratch(folder)
        guard descriptor >= 0 else {
            throw BitdepthError(
                .cannotCreate, "a temporary file cannot be created: \(Errno(rawValue: -descriptor))",
                at: .init(file: folder))
        }
        // It grows while it is read, so its size bounds nothing.
        file = OpenFile(
            descriptor: FileDescriptor(rawValue: descriptor), path: folder + " (temporary file)",
            size: UInt64(Int64.max))
    }

    /// The same tensor with its bytes in this file.
    ///
    /// - Throws: ``BitdepthError/Code/inputOutput`` when the disk is full.
    public func moved(_ tensor: Tensor) throws(BitdepthError) -> Tensor {
        let region = try FileRegion(file: file, offset: count, count: tensor.byteCount)
        try tensor.withBytes { bytes throws(BitdepthError) in try append(bytes) }
        return try Tensor(region: region, shape: tensor.shape, type: tensor.type)
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws(BitdepthError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = bd_write(descriptor, start, rest.count)
            if written == -Int64(Errno.interrupted.rawValue) { continue }
            guard written > 0 else {
                throw BitdepthError(
                    .inputOutput, "writing failed: \(Errno(rawValue: CInt(truncatingIfNeeded: -written)))",
                    at: .init(file: file.path))
            }
            count += UInt64(written)
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(written)...])
        }
    }
}
