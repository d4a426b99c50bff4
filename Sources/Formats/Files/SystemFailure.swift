import BitdepthTensors
import CBitdepthSystem
import SystemPackage

extension BitdepthError {
    /// The error for a system call that failed.
    ///
    /// - Parameter status: What a shim of `CBitdepthSystem` returned: the negated `errno`.
    static func system(_ code: Code, _ status: Int32, _ what: String, file: String, help: [String] = [])
        -> BitdepthError
    {
        BitdepthError(code, "\(what): \(Errno(rawValue: -status))", at: .init(file: file), help: help)
    }
}

extension Errno {
    init(status: Int32) { self.init(rawValue: -status) }
}

/// A directory that stays open, so that names in it mean the same however paths change meanwhile.
final class OpenDirectory: Sendable {
    let descriptor: Int32
    let path: String

    /// Takes over an open descriptor.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = bd_close(descriptor) }
}
