import BitdepthFormats
import BitdepthTensors

/// A recording as samples: one for each window.
///
/// What is left at the end and shorter than a window is left out; a recording that is shorter than one window is one sample,
/// with silence behind it. Integers become numbers of ±1.
struct AudioFile: SampleFile {
    let count: Int
    /// Frames a second of the file itself.
    let rate: Int
    private let path: String
    private let input: InputSpecification
    private let target: AudioTarget
    private let resampler: Resampler
    /// Frames of the whole recording at the model's rate, of a window, and between windows.
    private let frames: Int
    private let window: Int
    private let hop: Int

    /// Reads the header only; the file is opened again for each sample, so that a folder of any size needs few descriptors.
    init(_ path: String, input: InputSpecification, recipe: AudioRecipe) throws(BitdepthError) {
        let format = try WaveFile(try ByteSource.open(path)).format
        self.path = path
        self.input = input
        target = AudioTarget(input)
        rate = format.rate
        resampler = Resampler(from: format.rate, to: recipe.rate ?? format.rate)
        frames = resampler.outputCount(of: format.frames)
        guard frames > 0 else {
            throw BitdepthError(.malformedFile, "the recording has no sound", at: .init(file: path))
        }
        window = recipe.window ?? target.frames ?? frames
        hop = recipe.hop ?? window
        guard AudioRecipe.windows.contains(window), hop > 0 else {
            throw BitdepthError(
                .limitExceeded,
                "a sample of \(window) frames; the limit is \(AudioRecipe.windows.upperBound), and window= cuts recordings",
                at: .init(file: path))
        }
        count = frames < window ? 1 : (frames - window) / hop + 1
    }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        let output = index * hop..<index * hop + window
        let file = try WaveFile(try ByteSource.open(path))
        let range = resampler.inputRange(of: output).clamped(to: 0..<file.format.frames)
        guard range.count <= AudioRecipe.windows.upperBound else {
            throw BitdepthError(
                .limitExceeded,
                "a window takes \(range.count) frames of the file; the limit is \(AudioRecipe.windows.upperBound)")
        }
        let sound = try file.read(range, channels: target.channels).map {
            resampler.resample($0, from: range.lowerBound, output: output)
        }
        let tensor = try target.tensor(sound)
        let arrangement = try Arrangement(tensor.shape, for: input, layout: nil, path: path)
        let name = count == 1 ? path : "\(path)[\(index)]"
        return Sample(name: name, [input.name: try tensor.reshaped(to: arrangement.sampleShape)])
    }
}

extension AudioFile {
    /// Recordings as samples, one file's windows after the other's.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a model of several inputs, and for files of different rates where the recipe
    ///   names none.
    static func source(
        _ paths: [String], inputs: [InputSpecification], options: DataSource.Options, name: String
    ) throws(BitdepthError) -> any SampleSource {
        guard let input = inputs.first, inputs.count == 1 else {
            throw BitdepthError(
                .badData, "recordings are one input, the model has \(inputs.count)", at: .init(file: name),
                help: [
                    "give the others a value with --input-value NAME=NUMBER; the inputs are "
                        + inputs.map(\.name).joined(separator: ", ")
                ])
        }
        let files = try SampleFiles(paths, options: options, name: name, noun: "recordings") {
            path throws(BitdepthError) in try AudioFile(path, input: input, recipe: options.audio)
        }
        try checkRates(files.files, options.audio, name)
        return files
    }

    private static func checkRates(_ files: [AudioFile], _ recipe: AudioRecipe, _ name: String) throws(BitdepthError) {
        guard recipe.rate == nil, let first = files.first, let other = files.first(where: { $0.rate != first.rate })
        else { return }
        throw BitdepthError(
            .badData, "recordings of \(first.rate) Hz and of \(other.rate) Hz (\(other.path))", at: .init(file: name),
            help: ["say which rate the model takes: --preprocess rate=\(min(first.rate, other.rate))"])
    }
}
