import BitdepthTensors
import FoundationEssentials

/// A folder of data files.
enum Folder {
    private static let endings = [".npy", ".npz", ".idx", ".gz", "-ubyte"]

    static func exists(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    /// The data files directly in the folder, by their names' endings, sorted by the bytes of their names.
    static func dataFiles(in path: String) throws(BitdepthError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw BitdepthError(.fileNotFound, "the folder cannot be read", at: .init(file: path))
        }
        let chosen = names.filter { name in !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) } }
        guard !chosen.isEmpty else {
            throw BitdepthError(
                .noSamples,
                "none of the folder's \(names.count) entries is a data file (\(endings.joined(separator: ", ")))",
                at: .init(file: path))
        }
        let prefix = path.hasSuffix("/") ? path : path + "/"
        return chosen.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { prefix + $0 }
    }
}
