import BitdepthFormats
import BitdepthTensors

/// A kind of data files: what they are called, how they begin, and which source gives their samples.
///
/// A new kind of data is one more case here.
enum FileKind: String, CaseIterable, Sendable {
    case arrays, images, recordings, records

    /// Endings of file names in a folder, lower case.
    var endings: [String] {
        switch self {
        case .arrays: [".npy", ".npz", ".idx", ".gz", "-ubyte"]
        case .images: ImageDecoder.endings
        case .recordings: [".wav", ".wave"]
        case .records: [".csv", ".jsonl", ".ndjson"]
        }
    }

    /// Whether a file that begins with these bytes is of this kind.
    private func matches(_ start: [UInt8]) -> Bool {
        switch self {
        case .arrays:
            NumPy.matches(start) || ZipArchive.matches(start) || Gzip.matches(start) || IDX.matches(start)
        case .images: ImageDecoder.kind(start) != nil
        case .recordings: WaveFormat.matches(start)
        // What may be CSV may be any text: its name decides.
        case .records: RecordFormat.of(start) == .jsonLines
        }
    }

    /// The samples of files of this kind, one file's after the other's.
    func source(
        _ paths: [String], inputs: [InputSpecification], options: DataSource.Options, name: String
    ) throws(BitdepthError) -> any SampleSource {
        switch self {
        case .arrays: try FileCollection(paths, inputs: inputs, options: options, name: name)
        case .images: SampleCache(try ImageCollection(paths, inputs: inputs, options: options, name: name))
        case .recordings: SampleCache(try AudioFile.source(paths, inputs: inputs, options: options, name: name))
        case .records: try RecordFile.source(paths, inputs: inputs, options: options, name: name)
        }
    }

    /// Whether subfolders of such files may be classes.
    var mayBeClasses: Bool { self == .images || self == .recordings }

    /// The kind that a file in a folder has by its name.
    static func named(_ name: String) -> FileKind? {
        let name = name.lowercased()
        return allCases.first { kind in kind.endings.contains { name.hasSuffix($0) } }
    }

    /// The kind of several files: told by how the first one begins that can be opened and is of any, by their names else.
    static func of(_ paths: [String]) -> FileKind? {
        for path in paths.prefix(mostOpened) {
            guard let start = try? ByteSource.open(path).prefix(8) else { continue }
            if let kind = allCases.first(where: { $0.matches(start) }) { return kind }
        }
        return paths.first.flatMap { named($0) }
    }

    /// Files that are looked into before names decide.
    private static let mostOpened = 16
}
