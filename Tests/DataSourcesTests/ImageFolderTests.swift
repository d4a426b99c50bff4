import BitdepthFormats
import BitdepthTensors
import FoundationEssentials
import Testing

@testable import BitdepthDataSources

@Suite("Folders of images", .enabled(if: ImageDecoder.isAvailable, "built without the trait Images"))
struct ImageFolderTests {
    private let folder: TemporaryFolder
    private let gray = TestData.image([nil, 1, 2, 2])

    init() throws { folder = try TemporaryFolder() }

    /// Writes gray images of 2 x 2 pixels; the folders in their names are made.
    private func write(_ values: [String: UInt8]) throws {
        for (name, value) in values {
            let parts = name.split(separator: "/").dropLast()
            try FileManager.default.createDirectory(
                atPath: folder.file(parts.joined(separator: "/")), withIntermediateDirectories: true)
            try folder.write(ImageFixtures.png(gray: value), as: name)
        }
    }

    private func firsts(_ source: any SampleSource) throws -> [Int] {
        var values: [Int] = []
        for index in 0..<source.count {
            guard let sample = try source.sampleIfReadable(at: index) else { continue }
            values += try sample.tensors["image"]?.doubles().prefix(1).map { Int($0) } ?? []
        }
        return values
    }

    @Test("Images are samples in the order of their names, named after their files, in the input's shape")
    func flat() throws {
        try write(["b.png": 2, "a.PNG": 1, "c.png": 3])
        try folder.write(Array("not data".utf8), as: "notes.txt")
        let source = try DataSource.open(folder.path, inputs: [gray])
        #expect(source.summary == folder.path + " · 3 images")
        #expect(try firsts(source) == [1, 2, 3])
        #expect(try source.sample(at: 1).name == folder.file("b.png"))
        #expect(try source.sample(at: 1).tensors["image"]?.shape.dimensions == [1, 1, 2, 2])
        let rows = try DataSource.open(
            folder.path, inputs: [TestData.image([nil, 4])], options: .init(image: .init(colour: .gray)))
        #expect(try rows.sample(at: 0).tensors["image"] == Tensor([1, 1, 1, 1] as [UInt8], shape: [1, 4]))
    }

    @Test("One file, or a list of files, is data too")
    func single() throws {
        try write(["a.png": 9, "sub/b.png": 8])
        #expect(try firsts(try DataSource.open(folder.file("a.png"), inputs: [gray])) == [9])
        try folder.write(Array("sub/b.png\na.png\n".utf8), as: "list.txt")
        #expect(try firsts(try DataSource.open("@" + folder.file("list.txt"), inputs: [gray])) == [8, 9])
        #expect(throws: BitdepthError.self) { try DataSource.open(folder.file("none.png"), inputs: [gray]) }
    }

    @Test("RGB models get planes or pixels, as they take them")
    func layouts() throws {
        try folder.write(ImageFixtures.png(gray: 5, height: 8, width: 6), as: "a.png")
        let planes = try DataSource.open(folder.path, inputs: [TestData.image([nil, 3, 8, 6])])
        #expect(try planes.sample(at: 0).tensors["image"]?.shape.dimensions == [1, 3, 8, 6])
        let pixels = try DataSource.open(folder.path, inputs: [TestData.image([nil, 8, 6, 3])])
        #expect(try pixels.sample(at: 0).tensors["image"]?.shape.dimensions == [1, 8, 6, 3])
    }

    @Test("Subfolders are classes in the order of their names, or in that of labels.txt")
    func classes() throws {
        try write(["dog/1.png": 10, "cat/x/2.png": 21, "cat/1.png": 20, "10/a.png": 30])
        let source = try DataSource.open(folder.path, inputs: [gray])
        #expect(try firsts(source) == [30, 20, 21, 10])
        let (labels, path) = try Labels.beside(folder.path)
        #expect(labels == [0, 1, 1, 2] && path == folder.path)
        try folder.write(Array("dog\ncat\n10\n".utf8), as: "labels.txt")
        #expect(try Labels.beside(folder.path).labels == [2, 1, 1, 0])
        try folder.write(Array("dog\ncat\n".utf8), as: "labels.txt")
        let error = #expect(throws: BitdepthError.self) { try Labels.beside(folder.path) }
        #expect(error?.message.contains("\"10\"") == true)
    }

    @Test("labels.txt beside images has a number for each, or names and numbers")
    func labels() throws {
        try write(["a.png": 1, "b c.png": 2])
        let missing = #expect(throws: BitdepthError.self) { try Labels.beside(folder.path) }
        #expect(missing?.code == .fileNotFound)
        try folder.write(Array("7\n3\n".utf8), as: "labels.txt")
        #expect(try Labels.beside(folder.path).labels == [7, 3])
        try folder.write(Array("b c.png  4\na.png\t5\nother.png 6\n".utf8), as: "labels.txt")
        #expect(try Labels.beside(folder.path).labels == [5, 4])
        try folder.write(Array("b c.png four\n".utf8), as: "labels.txt")
        #expect(throws: BitdepthError.self) { try Labels.beside(folder.path) }
    }

    @Test("Arrays and images in one folder are an error, images for several inputs and fixed batches too")
    func misfits() throws {
        try write(["a.png": 1])
        let two = #expect(throws: BitdepthError.self) { try DataSource.open(folder.path, inputs: [gray, gray]) }
        #expect(two?.code == .badData)
        let batch = #expect(throws: BitdepthError.self) {
            try DataSource.open(folder.path, inputs: [TestData.image([8, 1, 2, 2])])
        }
        #expect(batch?.message.contains("8 images") == true)
        try NumPy.write(try Tensor([1] as [UInt8]), to: folder.file("b.npy"))
        let mixed = #expect(throws: BitdepthError.self) { try DataSource.open(folder.path, inputs: [gray]) }
        #expect(mixed?.message.contains("1 arrays, 1 images") == true)
    }

    @Test("A broken file is an error that names it, or is left out, named and counted")
    func broken() throws {
        try write(["a.png": 1, "c.png": 3])
        try folder.write(Array(ImageFixtures.png(gray: 2).dropLast(20)), as: "b.png")
        try folder.write([], as: "d.png")
        let strict = try DataSource.open(folder.path, inputs: [gray])
        let error = #expect(throws: BitdepthError.self) { try firsts(strict) }
        #expect(error?.code == .truncatedFile && error?.place.file == folder.file("b.png"))

        let skipped = SkippedSamples()
        let source = try DataSource.open(folder.path, inputs: [gray], options: .init(skipped: skipped))
        #expect(skipped.warning(of: 4) == nil)
        #expect(try firsts(source) == [1, 3])
        #expect(try firsts(source) == [1, 3])
        #expect(try firsts(PreprocessedSource(source, recipe: .raw, inputs: [gray]).evenly(4)) == [1, 3])
        #expect(skipped.reasons.map(\.place.file) == [folder.file("b.png"), folder.file("d.png")])
        let warning = try #require(skipped.warning(of: 4))
        #expect(warning.message.hasPrefix("2 of 4 samples") && warning.message.contains(folder.file("b.png")))
        #expect(warning.help.contains("--strict-data"))
        #expect(throws: BitdepthError.self) { try source.sample(at: 1) }
        #expect(try source.firstReadable().name == folder.file("a.png"))
    }

    @Test("Where nothing can be read there are no samples, and a wrong size is never left out")
    func nothing() throws {
        try folder.write([1, 2, 3], as: "a.png")
        let source = try DataSource.open(folder.path, inputs: [gray], options: .init(skipped: SkippedSamples()))
        let error = #expect(throws: BitdepthError.self) { try source.firstReadable() }
        #expect(error?.code == .noSamples)
        try folder.write(ImageFixtures.png(gray: 1, height: 3), as: "b.png")
        let size = #expect(throws: BitdepthError.self) {
            try DataSource.open(folder.path, inputs: [gray], options: .init(skipped: SkippedSamples()))
                .firstReadable()
        }
        #expect(size?.code == .badPreprocessing && size?.place.file == folder.file("b.png"))
    }
}

@Suite("Reading ahead")
struct ReadAheadTests {
    /// Samples 0 ..< count; those of `missing` are left out, that of `failing` is an error.
    private struct Source: SampleSource {
        var count = 100
        var missing: Set<Int> = []
        var failing: Int?
        let summary = "numbers"
        let asked = SkippedSamples()

        func sample(at index: Int) throws(BitdepthError) -> Sample {
            asked.note(BitdepthError(.badData, ""), at: index)
            if index == failing { throw BitdepthError(.badData, "sample \(index)") }
            return Sample(name: "\(index)", ["x": try Tensor([UInt8](repeating: 0, count: 10))])
        }

        func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
            missing.contains(index) ? nil : try sample(at: index)
        }
    }

    @Test("Samples come in order, whatever the number of threads", arguments: [1, 2, 3, 8, 200])
    func order(threads: Int) throws {
        let source = Source(missing: [0, 7, 8, 99])
        var seen: [String] = []
        try source.readInOrder(threads: threads) { index, sample throws(BitdepthError) in
            #expect(sample.name == "\(index)")
            seen.append(sample.name)
        }
        #expect(seen == (0..<100).filter { !source.missing.contains($0) }.map(String.init))
        try Source(count: 0).readInOrder(threads: threads) { _, _ throws(BitdepthError) in Issue.record("no sample") }
    }

    @Test("The first error ends it, after the samples before it; an error of the body ends it too", arguments: [1, 4])
    func errors(threads: Int) throws {
        var seen = 0
        let error = #expect(throws: BitdepthError.self) {
            try Source(failing: 20).readInOrder(threads: threads) { _, _ throws(BitdepthError) in seen += 1 }
        }
        #expect(error?.message == "sample 20" && seen == 20)
        #expect(throws: BitdepthError.self) {
            try Source().readInOrder(threads: threads) { _, _ throws(BitdepthError) in
                throw BitdepthError(.cancelled, "enough")
            }
        }
    }

    @Test("No more than a window is read ahead")
    func window() throws {
        let source = Source()
        try source.readInOrder(threads: 3) { index, _ throws(BitdepthError) in
            #expect(source.asked.count <= index + 1 + 6)
        }
    }

    @Test("A cache keeps what fits, and remembers what was left out")
    func cache() throws {
        let source = Source(count: 10, missing: [1])
        let cache = SampleCache(source, capacity: 35)
        for _ in 0..<3 {
            let names = try (0..<10).map { try cache.sampleIfReadable(at: $0)?.name }
            #expect(names == (0..<10).map { $0 == 1 ? nil : "\($0)" })
        }
        #expect(source.asked.count == 9)
    }
}
