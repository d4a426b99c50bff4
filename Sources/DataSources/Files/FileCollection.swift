import BitdepthFormats
import BitdepthTensors

/// The samples of several files, one file's after the other's.
///
/// Compressed files stay in memory and files of several samples stay open, up to a limit; the others are opened again for each
/// sample, so that a folder of any size needs few descriptors.
struct FileCollection: SampleSource {
    private struct Entry {
        var path: String
        /// The number of its first sample.
        var start: Int
        var kept: ArraySource?
    }

    private static let mostOpenFiles = 256

    let count: Int
    let summary: String
    private let entries: [Entry]
    private let inputs: [InputSpecification]
    private let options: DataSource.Options

    init(
        _ paths: [String], inputs: [InputSpecification], options: DataSource.Options, name: String
    ) throws(BitdepthError) {
        var entries: [Entry] = []
        var start = 0
        var inMemory = 0
        var openFiles = 0
        for path in paths {
            let file = try DataFile.open(path, limits: options.limits)
            let source = try ArraySource(file, inputs: inputs, options: options)
            inMemory += file.bytesInMemory
            guard inMemory <= options.limits.inflatedBytes else {
                throw BitdepthError(
                    .limitExceeded,
                    "the compressed files together inflate to more than the limit inflatedBytes of \(options.limits.inflatedBytes)",
                    at: .init(file: path))
            }
            let staysOpen = source.count > 1 && openFiles < FileCollection.mostOpenFiles
            if staysOpen { openFiles += 1 }
            entries.append(Entry(path: path, start: start, kept: staysOpen || file.bytesInMemory > 0 ? source : nil))
            start += source.count
        }
        self.entries = entries
        self.inputs = inputs
        self.options = options
        count = start
        summary = "\(name) · \(paths.count) files"
    }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        var low = 0
        var high = entries.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if entries[middle].start <= index { low = middle } else { high = middle }
        }
        let entry = entries[low]
        return try source(of: entry).sample(at: index - entry.start)
    }

    private func source(of entry: Entry) throws(BitdepthError) -> ArraySource {
        if let kept = entry.kept { return kept }
        let file = try DataFile.open(entry.path, limits: options.limits)
        return try ArraySource(file, inputs: inputs, options: options)
    }
}
