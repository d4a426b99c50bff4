import BitdepthTensors
import FoundationEssentials
import Testing

@testable import BitdepthDataSources

@Suite("Recordings as samples")
struct RecordingFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func input(_ shape: [Int?]) -> InputSpecification {
        InputSpecification(
            name: "audio", type: .float32, shape: PartialShape(shape.map { $0.map(Dimension.known) ?? .symbol("N") }))
    }

    private func open(
        _ shape: [Int?], _ audio: AudioRecipe = AudioRecipe(), skipped: SkippedSamples? = nil
    ) throws -> any SampleSource {
        try DataSource.open(folder.path, inputs: [input(shape)], options: .init(audio: audio, skipped: skipped))
    }

    private func values(_ source: any SampleSource) throws -> [[Float]] {
        try (0..<source.count).map { try source.sample(at: $0).tensors["audio"]?.floats() ?? [] }
    }

    /// Values of 1/8 make whole numbers easy to see.
    private func eighths(_ values: ClosedRange<Int16>, channels: Int = 1, rate: Int = 16000) -> [UInt8] {
        WaveFixtures.pcm(values.map { $0 * 4096 }, channels: channels, rate: rate)
    }

    @Test("A recording gives a sample for each window; the rest is left out, and a short one is filled with silence")
    func windows() throws {
        try folder.write(eighths(1...7), as: "a.wav")
        try folder.write(eighths(1...1), as: "b.WAV")
        let source = try open([nil, nil], .init(window: 4, hop: 2))
        #expect(source.count == 3 && source.summary == folder.path + " · 2 recordings")
        #expect(
            try values(source).map { $0.map { $0 * 8 } } == [[1, 2, 3, 4], [3, 4, 5, 6], [1, 0, 0, 0]])
        #expect(try source.sample(at: 1).name == folder.file("a.wav") + "[1]")
        #expect(try source.sample(at: 2).name == folder.file("b.WAV"))
        #expect(try source.sample(at: 2).tensors["audio"]?.shape.dimensions == [1, 4])
    }

    @Test("Without a window the model's length counts, or the whole file where it takes any")
    func lengths() throws {
        try folder.write(eighths(1...7), as: "a.wav")
        #expect(try open([nil, 3]).count == 2)
        #expect(try open([1, 1, 3]).sample(at: 0).tensors["audio"]?.shape.dimensions == [1, 1, 3])
        #expect(try values(try open([nil, nil])) == [[1, 2, 3, 4, 5, 6, 7].map { $0 / 8 }])
        #expect(throws: BitdepthError.self) { try open([nil, 3], .init(window: 4)).sample(at: 0) }
    }

    @Test("Channels lie where the model wants them")
    func channels() throws {
        try folder.write(eighths(1...4, channels: 2), as: "a.wav")
        #expect(try values(try open([nil, 2, nil])) == [[1, 3, 2, 4].map { $0 / 8 }])
        #expect(try values(try open([nil, nil, 2])) == [[1, 2, 3, 4].map { $0 / 8 }])
        #expect(try values(try open([nil, nil])) == [[1.5, 3.5].map { $0 / 8 }])
    }

    @Test("Files of several rates need a rate, which all are brought to")
    func rates() throws {
        try folder.write(eighths(1...4, rate: 8000), as: "a.wav")
        try folder.write(eighths(1...4, rate: 16000), as: "b.wav")
        let error = #expect(throws: BitdepthError.self) { try open([nil, nil]) }
        #expect(error?.help.first?.contains("rate=8000") == true)
        #expect(try values(try open([nil, nil], .init(rate: 16000))).map(\.count) == [8, 4])
    }

    @Test("A broken recording is one sample that is left out, or the error")
    func broken() throws {
        try folder.write(eighths(1...4), as: "a.wav")
        try folder.write(Array(eighths(1...4)[..<40]), as: "b.wav")
        let skipped = SkippedSamples()
        let source = try open([nil, 2], skipped: skipped)
        #expect(source.count == 3)
        #expect(try source.sampleIfReadable(at: 2) == nil)
        #expect(skipped.reasons.first?.place.file == folder.file("b.wav"))
        #expect(skipped.reasons.first?.code == .truncatedFile)
        #expect(throws: BitdepthError.self) { try open([nil, 2]) }
    }

    @Test("Subfolders are classes")
    func classes() throws {
        for name in ["no", "yes"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try folder.write(eighths(1...2), as: "yes/1.wav")
        try folder.write(eighths(3...4), as: "no/1.wav")
        try folder.write(eighths(5...6), as: "no/2.wav")
        #expect(try values(try open([nil, nil])).map { $0[0] * 8 } == [3, 5, 1])
        #expect(try Labels.beside(folder.path).labels == [0, 0, 1])
    }

    @Test("Inputs that recordings do not give get one number each; without one they are named")
    func constants() throws {
        try folder.write(eighths(1...2), as: "a.wav")
        let inputs = [
            input([nil, nil]), InputSpecification(name: "sr", type: .int64, shape: PartialShape([])),
            InputSpecification(
                name: "state", type: .float32, shape: PartialShape([.known(2), .symbol("N"), .known(3)])),
        ]
        let source = try DataSource.open(
            folder.path, inputs: inputs, options: .init(constants: ["sr": 16000, "state": 0]))
        let sample = try source.sample(at: 0)
        #expect(sample.tensors["sr"] == (try Tensor(integers: [16000], shape: try Shape([]), type: .int64)))
        #expect(sample.tensors["state"]?.shape.dimensions == [2, 1, 3])
        let gain = InputSpecification(name: "gain", type: .float64, shape: PartialShape([]))
        let precise = try DataSource.open(
            folder.path, inputs: [inputs[0], gain], options: .init(constants: ["gain": 0.1]))
        #expect(try precise.sample(at: 0).tensors["gain"]?.doubles() == [0.1])
        let error = #expect(throws: BitdepthError.self) { try DataSource.open(folder.path, inputs: inputs) }
        #expect(error?.help.first?.contains("--input-value") == true)
        #expect(throws: BitdepthError.self) {
            try DataSource.open(folder.path, inputs: inputs, options: .init(constants: ["sr": 0.5, "state": 0]))
        }
    }

    @Test("Recipes have rate, window and hop")
    func recipe() throws {
        let recipe = try PreprocessingRecipe(parsing: "hop=256, rate=16000,window=512,scale=2")
        #expect(recipe.audio == AudioRecipe(rate: 16000, window: 512, hop: 256))
        #expect(recipe.description == "rate=16000,window=512,hop=256,scale=2")
        #expect(try PreprocessingRecipe(parsing: recipe.description) == recipe)
        for text in ["rate=0", "rate=16k", "window=0", "hop=-1", "window=99999999999"] {
            #expect(throws: BitdepthError.self) { try PreprocessingRecipe(parsing: text) }
        }
    }
}
