import BitdepthTensors
import FoundationEssentials

/// A folder of data files: files of one kind directly in it, or subfolders of such files, one for each class.
struct Folder {
    let path: String
    let kind: FileKind
    /// The files; those of a subfolder after those of the one before, each sorted by the bytes of their names.
    private(set) var files: [String] = []
    /// Names of the subfolders, sorted by their bytes; empty where the files lie directly in the folder.
    private(set) var classes: [String] = []
    /// For each file the number of its subfolder.
    private(set) var classOfFile: [Int] = []

    private static let mostFiles = 10_000_000
    /// Folders inside of a class's folder. Links may lead in circles.
    private static let depth = 8

    static func exists(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    /// - Throws: ``BitdepthError/Code/noSamples`` when there are none, or ``BitdepthError/Code/badData`` when there are files of
    ///   several kinds; ``BitdepthError/Code/fileNotFound`` when the folder cannot be read.
    init(_ path: String) throws(BitdepthError) {
        self.path = path
        let names = try Folder.names(in: path)
        let direct = names.filter { FileKind.named($0) != nil && !Folder.exists(Folder.joined(path, $0)) }
        // Text beside other files tells something about them; it is data only where nothing else is.
        let data = direct.filter { FileKind.named($0) != .records }
        guard data.isEmpty else {
            kind = try Folder.onlyKind(data, in: path)
            files = data.map { Folder.joined(path, $0) }
            return
        }
        let kinds = FileKind.allCases.filter(\.mayBeClasses)
        var kindOfClasses: FileKind?
        for name in names where Folder.exists(Folder.joined(path, name)) {
            let found = try Folder.files(
                of: kindOfClasses.map { [$0] } ?? kinds, in: Folder.joined(path, name), depth: Folder.depth)
            guard let first = found.first else { continue }
            kindOfClasses = FileKind.named(first)
            files += found
            classOfFile += [Int](repeating: classes.count, count: found.count)
            classes.append(name)
            try Folder.checkNumber(files.count, path)
        }
        if files.isEmpty, !direct.isEmpty {
            kind = try Folder.onlyKind(direct, in: path)
            files = direct.map { Folder.joined(path, $0) }
            return
        }
        guard let kindOfClasses else {
            let endings = FileKind.allCases.flatMap(\.endings).joined(separator: ", ")
            throw BitdepthError(
                .noSamples,
                "none of the folder's \(names.count) entries is a data file (\(endings)) or a folder of images or recordings",
                at: .init(file: path))
        }
        kind = kindOfClasses
    }

    /// Visible names, sorted by their bytes.
    private static func names(in path: String) throws(BitdepthError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw BitdepthError(.fileNotFound, "the folder cannot be read", at: .init(file: path))
        }
    }

    private static func onlyKind(_ names: [String], in path: String) throws(BitdepthError) -> FileKind {
        let kinds = names.compactMap { FileKind.named($0) }
        guard let first = kinds.first, kinds.allSatisfy({ $0 == first }) else {
            let counts = FileKind.allCases.map { kind in "\(kinds.count { $0 == kind }) \(kind.rawValue)" }
            throw BitdepthError(
                .badData, "the folder holds files of several kinds: \(counts.joined(separator: ", "))",
                at: .init(file: path), help: ["name the samples in a text file and give that: --data @list.txt"])
        }
        try checkNumber(names.count, path)
        return first
    }

    /// The files of the first kind that is found, in a folder and in the folders inside of it.
    private static func files(
        of kinds: [FileKind], in path: String, depth: Int
    ) throws(BitdepthError) -> [String] {
        var kinds = kinds
        var found: [String] = []
        for name in try names(in: path) {
            let entry = joined(path, name)
            if exists(entry) {
                if depth > 0 { found += try files(of: kinds, in: entry, depth: depth - 1) }
            } else if let kind = FileKind.named(name), kinds.contains(kind) {
                found.append(entry)
            }
            if let kind = found.first.flatMap({ FileKind.named($0) }) { kinds = [kind] }
            try checkNumber(found.count, path)
        }
        return found
    }

    private static func checkNumber(_ count: Int, _ path: String) throws(BitdepthError) {
        guard count <= mostFiles else {
            throw BitdepthError(.limitExceeded, "more than \(mostFiles) files in one folder", at: .init(file: path))
        }
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
