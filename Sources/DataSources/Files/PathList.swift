import BitdepthFormats
import BitdepthTensors
import SystemPackage

/// A text file of paths, one a line, relative to its own folder. Empty lines and those that begin with `#` are left out.
enum PathList {
    static func read(_ path: String) throws(BitdepthError) -> [String] {
        let folder = FilePath(path).removingLastComponent()
        let paths = try TextFile.lines(path).filter { !$0.hasPrefix("#") }.map { line in
            // An absolute path replaces the folder.
            folder.pushing(FilePath(line)).string
        }
        guard !paths.isEmpty else { throw BitdepthError(.noSamples, "the list names no file", at: .init(file: path)) }
        return paths
    }
}

/// Small text files that are read as a whole.
enum TextFile {
    /// The lines that are not empty, without the spaces around them.
    static func lines(_ path: String, limits: Limits = .standard) throws(BitdepthError) -> [String] {
        let source = try ByteSource.open(path)
        guard source.count <= limits.headerBytes else {
            throw BitdepthError(
                .limitExceeded, "a text file of \(source.count) bytes; the limit is \(limits.headerBytes)",
                at: .init(file: path))
        }
        var reader = try source.reader(at: 0, count: source.count)
        let text = try reader.text(source.count, what: "the text file")
        return text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }
    }
}

extension Substring {
    /// Without the white space around it.
    var trimmed: String {
        let rest = drop { $0.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
