import BitdepthFormats
import BitdepthTensors

/// Opens what the user names as data.
public enum DataSource {
    /// What else the user may have said about the data.
    public struct Options: Sendable {
        /// Where the channels lie in the data; as in the model if not said.
        public var layout: DataLayout?
        /// How many samples `random` has.
        public var randomCount = 128
        public var seed: UInt64 = 0
        public var limits = Limits.standard

        public init(layout: DataLayout? = nil, randomCount: Int = 128, seed: UInt64 = 0) {
            self.layout = layout
            self.randomCount = randomCount
            self.seed = seed
        }
    }

    /// The samples at `path`: a `.npy`, `.npz` or IDX file (each also compressed by gzip), a folder of those in the order of
    /// their names, `@list.txt` (a file of paths), or the word `random` for seeded noise.
    ///
    /// - Parameter inputs: What the model asks for; samples take these shapes where only axes of extent 1 are missing.
    /// - Throws: ``BitdepthError/Code/badData`` naming the expected and the found shape; ``BitdepthError/Code/noSamples``;
    ///   ``BitdepthError/Code/fileNotFound``; and what the formats throw.
    public static func open(
        _ path: String, inputs: [InputSpecification], options: Options = Options()
    ) throws(BitdepthError) -> any SampleSource {
        if path == "random" {
            return try RandomSource(inputs: inputs, count: options.randomCount, seed: options.seed)
        }
        if path.hasPrefix("@") {
            let list = String(path.dropFirst())
            return try open(paths: try PathList.read(list), inputs: inputs, options: options, name: list)
        }
        if Folder.exists(path) {
            return try open(paths: try Folder.dataFiles(in: path), inputs: inputs, options: options, name: path)
        }
        let file = try DataFile.open(path, limits: options.limits)
        let source = try ArraySource(file.arrays, inputs: inputs, layout: options.layout, path: path)
        try checkNotEmpty(source, path)
        return source
    }

    /// The samples of `paths`, one file's after the other's.
    ///
    /// - Parameter name: What summaries and errors call the whole.
    public static func open(
        paths: [String], inputs: [InputSpecification], options: Options = Options(), name: String
    ) throws(BitdepthError) -> any SampleSource {
        let source = try FileCollection(paths, inputs: inputs, options: options, name: name)
        try checkNotEmpty(source, name)
        return source
    }

    private static func checkNotEmpty(_ source: some SampleSource, _ path: String) throws(BitdepthError) {
        guard source.count > 0 else { throw BitdepthError(.noSamples, "there are no samples", at: .init(file: path)) }
    }
}
