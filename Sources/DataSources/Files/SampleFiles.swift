import BitdepthTensors

/// A file that holds some samples.
protocol SampleFile: Sendable {
    var count: Int { get }
    /// - Parameter index: 0 ..< `count`.
    func sample(at index: Int) throws(BitdepthError) -> Sample
}

/// The samples of several files, one file's after the other's. A file that cannot be opened counts as one sample that cannot
/// be read.
struct SampleFiles<File: SampleFile>: SampleSource {
    private enum Entry: Sendable {
        case file(File)
        case unreadable(BitdepthError)
    }

    let count: Int
    let summary: String
    private let entries: [Entry]
    /// The number of each entry's first sample.
    private let starts: [Int]
    private let paths: [String]
    private let skipped: SkippedSamples?

    /// - Parameters:
    ///   - noun: What the files are called in the summary, in the plural.
    ///   - open: Gives the file at a path.
    init(
        _ paths: [String], options: DataSource.Options, name: String, noun: String,
        open: (String) throws(BitdepthError) -> File
    ) throws(BitdepthError) {
        var entries: [Entry] = []
        var starts: [Int] = []
        var count = 0
        for path in paths {
            starts.append(count)
            do throws(BitdepthError) {
                let file = try open(path)
                let (sum, overflow) = count.addingReportingOverflow(file.count)
                guard !overflow else { throw BitdepthError(.limitExceeded, "too many samples", at: .init(file: name)) }
                entries.append(.file(file))
                count = sum
            } catch {
                let error = error.inside(.init(file: path))
                guard options.skipped != nil, SkippedSamples.unreadable.contains(error.code) else { throw error }
                entries.append(.unreadable(error))
                count += 1
            }
        }
        self.entries = entries
        self.starts = starts
        self.count = count
        self.paths = paths
        skipped = options.skipped
        summary = paths.count == 1 && paths[0] == name ? name : "\(name) · \(paths.count) \(noun)"
    }

    /// The files that could be opened.
    var files: [File] {
        entries.compactMap { if case .file(let file) = $0 { file } else { nil } }
    }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        // The last entry that begins at the sample or before it.
        var (low, high) = (0, entries.count)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if starts[middle] <= index { low = middle } else { high = middle }
        }
        switch entries[low] {
        case .unreadable(let error): throw error
        case .file(let file):
            return try locating(.init(file: paths[low])) { () throws(BitdepthError) in
                try file.sample(at: index - starts[low])
            }
        }
    }

    func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        guard let skipped else { return try sample(at: index) }
        return try skipped.sampleIfReadable(at: index, of: self)
    }
}
