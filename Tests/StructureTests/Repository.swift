import FoundationEssentials

/// The folder that holds Package.swift, and its text files.
enum Repository {
    static let root: String = {
        let folders = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return folders.dropLast(3).joined(separator: "/")
    }()

    /// The text of a file, by its path from the root.
    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    /// Paths, from the root, of all files under a folder with one of the given endings; sorted.
    static func files(under folder: String, endings: [String]) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder)
            .filter { path in endings.contains { path.hasSuffix($0) } }
            .map { folder + "/" + $0 }
            .sorted()
    }

    /// Names of the folders directly under a folder.
    static func folders(under folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).filter { name in
            var isFolder = false
            return FileManager.default.fileExists(atPath: root + "/" + folder + "/" + name, isDirectory: &isFolder)
                && isFolder
        }
    }
}
