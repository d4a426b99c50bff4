import BitdepthTensors
import CBitdepthSystem
import SystemPackage

/// A file that appears whole or not at all.
///
/// Bytes go to a file without a name in the target's directory (or, where the file system has none, to a hidden one); only
/// ``commit()`` gives it the name. Dropped before, nothing is left. An old file keeps its bytes until the new one replaces it,
/// and its permissions pass over. A symbolic link as target is replaced, what it points to stays.
public final class AtomicFile {
    public let path: String
    private let name: String
    private let force: Bool
    private let directory: OpenDirectory
    private let descriptor: Int32
    /// The hidden name while the file has one and is not committed.
    private var temporaryName: String?
    private var isFinished = false

    /// Bytes written so far.
    public private(set) var count: UInt64 = 0

    /// - Parameter force: Whether an existing file may be replaced.
    /// - Throws: ``BitdepthError/Code/fileExists``; ``BitdepthError/Code/cannotCreate`` when the directory does not exist or
    ///   cannot be written.
    public init(_ path: String, force: Bool = false) throws(BitdepthError) {
        let full = FilePath(path)
        guard !path.utf8.contains(0), let last = full.lastComponent, last.kind == .regular else {
            throw BitdepthError(.cannotCreate, "\"\(path)\" is no name of a file", at: .init(file: path))
        }
        let parent = full.removingLastComponent()
        let parentPath = parent.isEmpty ? "." : parent.string
        let opened = bd_open_directory(parentPath)
        guard opened >= 0 else {
            throw BitdepthError.system(
                .cannotCreate, opened, "the directory \"\(parentPath)\" cannot be opened", file: path)
        }
        directory = OpenDirectory(descriptor: opened, path: parentPath)
        self.path = path
        self.force = force
        name = last.string
        let oldMode = try AtomicFile.modeOfOldFile(name, in: directory, path: path, force: force)
        (descriptor, temporaryName) = try AtomicFile.create(in: directory, near: name, path: path)
        if let oldMode { _ = bd_set_mode(descriptor, oldMode) }
    }

    deinit {
        discard()
        _ = bd_close(descriptor)
    }

    /// Appends bytes.
    ///
    /// - Throws: ``BitdepthError/Code/inputOutput``, after which nothing is left of the file.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(BitdepthError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = bd_write(descriptor, start, rest.count)
            if written == -Int64(Errno.interrupted.rawValue) { continue }
            guard written > 0 else {
                discard()
                throw BitdepthError.system(
                    .inputOutput, Int32(truncatingIfNeeded: written), "writing failed", file: path)
            }
            count += UInt64(written)
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(written)...])
        }
    }

    public func write(_ bytes: [UInt8]) throws(BitdepthError) {
        var failure: BitdepthError?
        bytes.withUnsafeBytes { buffer in
            do throws(BitdepthError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Makes the bytes durable and gives the file its name.
    ///
    /// - Throws: ``BitdepthError/Code/inputOutput``; ``BitdepthError/Code/fileExists`` when somebody else made the file
    ///   meanwhile.
    public func commit() throws(BitdepthError) {
        guard !isFinished else { return }
        defer { discard() }
        try check(bd_sync(descriptor), "flushing to the disk failed")
        if force { try replace() } else { try appear() }
        isFinished = true
        try check(bd_sync(directory.descriptor), "flushing the directory to the disk failed")
    }

    /// Gives the file up; a hidden name that it may have is removed. Also what being dropped does.
    public func discard() {
        isFinished = true
        if let temporaryName { _ = bd_remove(directory.descriptor, temporaryName) }
        temporaryName = nil
    }

    /// Takes the name only if nobody has it: one system call, no gap between looking and taking.
    private func appear() throws(BitdepthError) {
        let status =
            if let temporaryName {
                bd_link(directory.descriptor, temporaryName, name)
            } else {
                bd_link_unnamed(descriptor, directory.descriptor, name)
            }
        if Errno(status: status) == .fileExists { throw AtomicFile.exists(path) }
        try check(status, "the file cannot be given its name")
    }

    /// Takes the name from whoever has it. Only a named file can be renamed, so an unnamed one gets a hidden name for a moment.
    private func replace() throws(BitdepthError) {
        if temporaryName == nil {
            let hidden = AtomicFile.hiddenName(near: name)
            try check(bd_link_unnamed(descriptor, directory.descriptor, hidden), "the file cannot be given a name")
            temporaryName = hidden
        }
        guard let hidden = temporaryName else { return }
        try check(bd_rename(directory.descriptor, hidden, name), "the old file cannot be replaced")
        temporaryName = nil
    }

    private func check(_ status: Int32, _ what: String) throws(BitdepthError) {
        guard status < 0 else { return }
        throw BitdepthError.system(.inputOutput, status, what, file: path)
    }
}

extension AtomicFile {
    /// The permissions of the file that will be replaced; `nil` when there is none.
    private static func modeOfOldFile(
        _ name: String, in directory: OpenDirectory, path: String, force: Bool
    ) throws(BitdepthError) -> UInt32? {
        var facts = bd_file_facts()
        let status = bd_facts_at(directory.descriptor, name, &facts)
        if status < 0 { return nil }
        if facts.is_directory != 0 {
            throw BitdepthError(.cannotCreate, "a directory of this name exists", at: .init(file: path))
        }
        guard force else { throw exists(path) }
        return facts.is_regular != 0 ? facts.mode : nil
    }

    private static func create(
        in directory: OpenDirectory, near name: String, path: String
    ) throws(BitdepthError) -> (Int32, String?) {
        let unnamed = bd_open_unnamed(directory.descriptor)
        if unnamed >= 0 { return (unnamed, nil) }
        // EISDIR is what a kernel says that does not know O_TMPFILE.
        guard
            [Errno.notSupportedOnSocket, .isDirectory, .noFunction, .invalidArgument].contains(Errno(status: unnamed))
        else {
            throw BitdepthError.system(.cannotCreate, unnamed, "the file cannot be created", file: path)
        }
        let hidden = hiddenName(near: name)
        let named = bd_create_new(directory.descriptor, hidden)
        guard named >= 0 else {
            throw BitdepthError.system(.cannotCreate, named, "the file cannot be created", file: path)
        }
        return (named, hidden)
    }

    /// A name that nobody else chooses; cut so that it stays within what file systems allow.
    private static func hiddenName(near name: String) -> String {
        ".\(name.prefix(32)).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    }

    private static func exists(_ path: String) -> BitdepthError {
        BitdepthError(.fileExists, "the file exists already", at: .init(file: path), help: ["--force replaces it"])
    }
}
