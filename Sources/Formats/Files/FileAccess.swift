import BitdepthTensors
import CBitdepthSystem
import SystemPackage

/// Opens files for reading: regular ones only, so that a pipe or a device cannot make a reader wait.
public enum FileAccess {
    /// Opens the file at `path`, following links as the user's shell would.
    ///
    /// - Throws: ``BitdepthError/Code/fileNotFound`` when there is no such file, it cannot be read or is no regular file.
    public static func open(_ path: String) throws(BitdepthError) -> OpenFile {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw BitdepthError(.fileNotFound, "\"\(path)\" is no path of a file")
        }
        let descriptor = bd_open_reading(-1, path, 1)
        guard descriptor >= 0 else {
            throw BitdepthError.system(.fileNotFound, descriptor, "the file cannot be opened", file: path)
        }
        return try adopt(descriptor, path: path, code: .fileNotFound).file
    }

    /// A file and how many names it has.
    struct Adopted {
        var file: OpenFile
        var links: UInt64
    }

    /// Takes over a descriptor if it is that of a regular file; closes it otherwise.
    static func adopt(_ descriptor: Int32, path: String, code: BitdepthError.Code) throws(BitdepthError) -> Adopted {
        var facts = bd_file_facts()
        let status = bd_facts(descriptor, &facts)
        guard status >= 0, facts.is_regular != 0 else {
            _ = bd_close(descriptor)
            if status < 0 { throw BitdepthError.system(code, status, "the file cannot be examined", file: path) }
            throw BitdepthError(
                code,
                facts.is_directory != 0 ? "a directory was given where a file is needed" : "this is no regular file",
                at: .init(file: path))
        }
        return Adopted(
            file: OpenFile(descriptor: FileDescriptor(rawValue: descriptor), path: path, size: facts.size),
            links: facts.links)
    }
}

extension OpenFile {
    /// Bytes of the file; the caller has checked that as many are there.
    func bytes(at offset: UInt64, count: Int) throws(BitdepthError) -> [UInt8] {
        var failure: BitdepthError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(BitdepthError) {
                try read(
                    at: offset,
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
