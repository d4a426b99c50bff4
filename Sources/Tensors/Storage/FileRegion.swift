import SystemPackage

/// Bytes that lie in an open file: read when they are used, never mapped, so a file that shrinks is an error and no signal.
public struct FileRegion: Sendable {
    public let file: OpenFile
    /// Where the bytes begin in the file.
    public let offset: UInt64
    public let count: Int

    /// - Throws: ``BitdepthError/Code/truncatedFile`` when the region does not lie inside the file.
    public init(file: OpenFile, offset: UInt64, count: Int) throws(BitdepthError) {
        let (end, overflow) = offset.addingReportingOverflow(UInt64(max(count, 0)))
        guard count >= 0, !overflow, end <= file.size else {
            throw BitdepthError(
                .truncatedFile, "\(count) bytes at offset \(offset) lie outside of the file's \(file.size) bytes",
                at: .init(file: file.path, offset: offset))
        }
        self.file = file
        self.offset = offset
        self.count = count
    }

    /// Reads the whole region into `buffer`, whose size must be `count`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(BitdepthError) {
        try file.read(at: offset, into: buffer)
    }
}

/// A regular file that stays open for reading as long as somebody holds it.
public final class OpenFile: Sendable {
    public let path: String
    public let size: UInt64
    private let descriptor: FileDescriptor

    /// Takes over an open descriptor.
    public init(descriptor: FileDescriptor, path: String, size: UInt64) {
        self.descriptor = descriptor
        self.path = path
        self.size = size
    }

    deinit { try? descriptor.close() }

    /// Fills `buffer` from `offset`; positions are absolute, so any number of threads may read at once.
    public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(BitdepthError) {
        var done = 0
        while done < buffer.count {
            guard let position = Int64(exactly: offset + UInt64(done)) else {
                throw BitdepthError(
                    .truncatedFile, "offset \(offset) is too large", at: .init(file: path, offset: offset))
            }
            let count: Int
            do {
                count = try descriptor.read(
                    fromAbsoluteOffset: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            } catch {
                throw BitdepthError(.inputOutput, "reading failed: \(error)", at: .init(file: path, offset: offset))
            }
            guard count > 0 else {
                throw BitdepthError(
                    .truncatedFile,
                    "the file ended at byte \(position) while \(buffer.count - done) more were expected",
                    at: .init(file: path, offset: UInt64(position)),
                    help: ["the file may have been changed while it was read"])
            }
            done += count
        }
    }
}
