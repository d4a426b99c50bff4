import BitdepthFormats
import BitdepthTensors

/// Opens what the user names as data.
public enum DataSource {
    /// What else the user may have said about the data.
    public struct Options: Sendable {
        /// Where the channels lie in the data; as in the model if not said.
        public var layout: DataLayout?
        /// How image files are brought to the model's size and colours.
        public var image: ImageRecipe
        /// How recordings are brought to the model's rate and cut into samples.
        public var audio: AudioRecipe
        /// What inputs get that the data do not give, by name: one number for all elements.
        public var constants: [String: Double]
        /// Where files that cannot be read are noted, to be left out; without it the first one is an error.
        public var skipped: SkippedSamples?
        /// Whether an array is one sample as it is, instead of one for each index of its first axis.
        public var arraysAreWhole: Bool
        /// How many samples `random` has.
        public var randomCount = 128
        public var seed: UInt64 = 0
        public var limits = Limits.standard

        public init(
            layout: DataLayout? = nil, image: ImageRecipe = ImageRecipe(), audio: AudioRecipe = AudioRecipe(),
            constants: [String: Double] = [:], skipped: SkippedSamples? = nil, arraysAreWhole: Bool = false,
            randomCount: Int = 128, seed: UInt64 = 0
        ) {
            self.layout = layout
            self.image = image
            self.audio = audio
            self.constants = constants
            self.skipped = skipped
            self.arraysAreWhole = arraysAreWhole
            self.randomCount = randomCount
            self.seed = seed
        }
    }

    /// The samples at `path`: a `.npy`, `.npz` or IDX file (each also compressed by gzip), a JPEG or PNG image, a WAV file, CSV
    /// with a row or JSON Lines with a line for each sample, a folder of files of one of these kinds in the order of their
    /// names, a folder of such folders of images or of WAV files, `@list.txt` (a file of paths), `-` for an array file, CSV or
    /// JSON Lines on standard input, or the word `random` for seeded noise.
    ///
    /// - Parameter inputs: What the model asks for; samples take these shapes where only axes of extent 1 are missing.
    /// - Throws: ``BitdepthError/Code/badData`` naming the expected and the found shape; ``BitdepthError/Code/noSamples``;
    ///   ``BitdepthError/Code/fileNotFound``; and what the formats throw.
    public static func open(
        _ path: String, inputs: [InputSpecification], options: Options = Options()
    ) throws(BitdepthError) -> any SampleSource {
        let given = inputs.filter { options.constants[$0.name] == nil }
        let source = try openData(path, inputs: given, options: options)
        return given.count == inputs.count ? source : try ConstantInputs(source, options.constants, inputs: inputs)
    }

    private static func openData(
        _ path: String, inputs: [InputSpecification], options: Options
    ) throws(BitdepthError) -> any SampleSource {
        if path == "random" {
            return try RandomSource(inputs: inputs, count: options.randomCount, seed: options.seed)
        }
        if path.hasPrefix("@") {
            let list = String(path.dropFirst())
            return try openFiles(try PathList.read(list), inputs: inputs, options: options, name: list)
        }
        if path == StandardInput.path {
            let source = try StandardInput.samples(try StandardInput.read(), inputs: inputs, options: options)
            try checkNotEmpty(source, StandardInput.name)
            return source
        }
        if Folder.exists(path) {
            let folder = try Folder(path)
            let source = try folder.kind.source(folder.files, inputs: inputs, options: options, name: path)
            try checkNotEmpty(source, path)
            return source
        }
        if let kind = FileKind.of([path]), kind != .arrays {
            // One file that is not there is an error, however lenient the reading of many is.
            _ = try ByteSource.open(path)
            let source = try kind.source([path], inputs: inputs, options: options, name: path)
            try checkNotEmpty(source, path)
            return source
        }
        let file = try DataFile.open(path, limits: options.limits)
        let source = try ArraySource(file, inputs: inputs, options: options)
        try checkNotEmpty(source, path)
        return source
    }

    /// The samples of `paths`, one file's after the other's.
    ///
    /// - Parameter name: What summaries and errors call the whole.
    public static func open(
        paths: [String], inputs: [InputSpecification], options: Options = Options(), name: String
    ) throws(BitdepthError) -> any SampleSource {
        let given = inputs.filter { options.constants[$0.name] == nil }
        let source = try openFiles(paths, inputs: given, options: options, name: name)
        return given.count == inputs.count ? source : try ConstantInputs(source, options.constants, inputs: inputs)
    }

    private static func openFiles(
        _ paths: [String], inputs: [InputSpecification], options: Options, name: String
    ) throws(BitdepthError) -> any SampleSource {
        let kind = FileKind.of(paths) ?? .arrays
        let source = try kind.source(paths, inputs: inputs, options: options, name: name)
        try checkNotEmpty(source, name)
        return source
    }

    private static func checkNotEmpty(_ source: any SampleSource, _ path: String) throws(BitdepthError) {
        guard source.count > 0 else { throw BitdepthError(.noSamples, "there are no samples", at: .init(file: path)) }
    }
}
