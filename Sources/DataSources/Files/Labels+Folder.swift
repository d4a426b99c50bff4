import BitdepthFormats
import BitdepthTensors

extension Labels {
    /// The labels of a folder of images or recordings, or `nil` where neither its subfolders nor a file `labels.txt` in it tell
    /// any.
    ///
    /// Subfolders are classes, numbered in the order of their names; `labels.txt` with one name of a subfolder a line gives them
    /// another order. For files directly in the folder, `labels.txt` has one number a line in the order of the files' names,
    /// or a file's name and its number.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a subfolder or a file that `labels.txt` does not name.
    static func inside(_ path: String, limits: Limits) throws(BitdepthError) -> (labels: [Int], path: String)? {
        guard Folder.exists(path) else { return nil }
        let folder = try Folder(path)
        guard folder.kind.mayBeClasses else { return nil }
        let list = (path.hasSuffix("/") ? path : path + "/") + "labels.txt"
        let hasList = (try? ByteSource.open(list)) != nil
        let lines = hasList ? try TextFile.lines(list, limits: limits) : []
        if folder.classes.isEmpty {
            return hasList ? (try ofFiles(folder, lines, list), list) : nil
        }
        return hasList ? (try ofClasses(folder, lines, list), list) : (folder.classOfFile, path)
    }

    private static func ofClasses(
        _ folder: Folder, _ lines: [String], _ list: String
    ) throws(BitdepthError) -> [Int] {
        let numbers = Dictionary(zip(lines, lines.indices), uniquingKeysWith: { first, _ in first })
        var byClass: [Int] = []
        for name in folder.classes {
            guard let number = numbers[name] else {
                throw BitdepthError(
                    .badData, "the subfolder \"\(name)\" is in none of the \(lines.count) lines", at: .init(file: list),
                    help: ["write the names of the subfolders in it, one a line, in the order of the model's classes"])
            }
            byClass.append(number)
        }
        return folder.classOfFile.map { byClass[$0] }
    }

    private static func ofFiles(_ folder: Folder, _ lines: [String], _ list: String) throws(BitdepthError) -> [Int] {
        let plain = lines.compactMap { Int($0) }
        if plain.count == lines.count { return plain }
        var numbers: [String: Int] = [:]
        for line in lines {
            guard let space = line.lastIndex(where: \.isWhitespace), let number = Int(line[line.index(after: space)...])
            else {
                throw BitdepthError(
                    .badData,
                    "the line \"\(line.prefix(60))\" is no number, and no file's name with a number behind it",
                    at: .init(file: list))
            }
            numbers[line[..<space].trimmed] = number
        }
        var labels: [Int] = []
        for file in folder.files {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            guard let number = numbers[name] else {
                throw BitdepthError(.badData, "no line names the file \"\(name)\"", at: .init(file: list))
            }
            labels.append(number)
        }
        return labels
    }
}
