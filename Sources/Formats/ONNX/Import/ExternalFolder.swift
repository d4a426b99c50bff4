import BitdepthTensors
import CBitdepthSystem
import SystemPackage

/// The folder of a model file, out of which its external data may not lead.
///
/// The kernel confines the path (`openat2`); string checks alone have failed in other programs more than once.
struct ExternalFolder {
    private let path: String
    private let limits: Limits
    private let allowLinks: Bool
    private var directory: OpenDirectory?
    private var files: [String: OpenFile] = [:]

    init(ofModel path: String, limits: Limits, allowLinks: Bool) {
        let parent = FilePath(path).removingLastComponent()
        self.path = parent.isEmpty ? "." : parent.string
        self.limits = limits
        self.allowLinks = allowLinks
    }

    /// The file at a location that a model names, opened once.
    mutating func file(_ location: String) throws(BitdepthError) -> OpenFile {
        if let file = files[location] { return file }
        guard files.count < limits.externalFiles else {
            throw BitdepthError(
                .limitExceeded,
                "external data lies in more than \(limits.externalFiles) files (limit \"externalFiles\")")
        }
        let components = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, location.utf8.count <= limits.nameBytes, !location.utf8.contains(0),
            !location.contains("\\"),
            !components.contains(".."), !components.contains("")
        else {
            throw complaint(location, "is no path of a file inside the model's folder")
        }
        let descriptor = try open(location, components.map(String.init))
        let adopted = try FileAccess.adopt(descriptor, path: joined(location), code: .externalData)
        guard allowLinks || adopted.links <= 1 else {
            throw complaint(location, "has \(adopted.links) names (hard links)", help: ExternalFolder.linkHelp)
        }
        files[location] = adopted.file
        return adopted.file
    }

    private mutating func open(_ location: String, _ components: [String]) throws(BitdepthError) -> Int32 {
        let folder = try opened()
        var status: Int32
        if allowLinks {
            status = bd_open_reading(folder.descriptor, location, 1)
        } else {
            status = bd_open_beneath(folder.descriptor, location)
            // Old kernels do not have the call, some sandboxes forbid it.
            if [Errno.noFunction, .notPermitted].contains(Errno(status: status)) {
                status = ExternalFolder.openStepwise(components, in: folder)
            }
        }
        guard status < 0 else { return status }
        switch Errno(status: status) {
        case .tooManySymbolicLinkLevels, .improperLink, .notDirectory:
            throw complaint(location, "is a link or leads through one", help: ExternalFolder.linkHelp)
        case .noSuchFileOrDirectory:
            throw complaint(location, "does not exist", help: ["external data belongs beside the model, in \(path)"])
        default:
            throw complaint(location, "cannot be opened: \(Errno(status: status))")
        }
    }

    /// The same confinement, one component after the other.
    static func openStepwise(_ components: [String], in folder: OpenDirectory) -> Int32 {
        var directory = folder
        for component in components.dropLast() where component != "." {
            let next = bd_open_directory_at(directory.descriptor, component)
            guard next >= 0 else { return next }
            directory = OpenDirectory(descriptor: next, path: component)
        }
        return bd_open_reading(directory.descriptor, components.last ?? "", 0)
    }

    private mutating func opened() throws(BitdepthError) -> OpenDirectory {
        if let directory { return directory }
        let descriptor = bd_open_directory(path)
        guard descriptor >= 0 else {
            throw BitdepthError.system(.externalData, descriptor, "the model's folder cannot be opened", file: path)
        }
        let opened = OpenDirectory(descriptor: descriptor, path: path)
        directory = opened
        return opened
    }

    private func joined(_ location: String) -> String { path == "." ? location : path + "/" + location }

    private func complaint(_ location: String, _ what: String, help: [String] = []) -> BitdepthError {
        BitdepthError(.externalData, "external data \"\(location)\" \(what)", help: help)
    }

    private static let linkHelp = ["--allow-links follows links; use it only for models that you trust"]
}
