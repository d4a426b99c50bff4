import BitdepthFormats
import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Data sources")
struct DataSourceTests {
    private let folder: TemporaryFolder
    private let image = TestData.image([nil, 1, 2, 2])

    init() throws { folder = try TemporaryFolder() }

    private func array(_ count: Int, from start: Int = 0) throws -> Tensor {
        try Tensor((0..<count * 4).map { UInt8(start + $0) }, shape: [count, 2, 2])
    }

    @Test("Samples of a .npy file are named after file and index, and have the input's shape")
    func numpy() throws {
        try NumPy.write(array(3), to: folder.file("a.npy"))
        let source = try DataSource.open(folder.file("a.npy"), inputs: [image])
        #expect(source.count == 3)
        let sample = try source.sample(at: 2)
        #expect(sample.name == folder.file("a.npy") + "[2]")
        #expect(try sample.tensors["image"] == Tensor([8, 9, 10, 11] as [UInt8], shape: [1, 1, 2, 2]))
        #expect(throws: BitdepthError.self) { try source.sample(at: 3) }
    }

    @Test("An .npz file gives each input its array and leaves others alone")
    func archive() throws {
        let mask = InputSpecification(name: "mask", type: .int64, shape: PartialShape([.unknown, .known(5)]))
        let masks = try Tensor((0..<10).map { Int64($0) }, shape: [2, 5])
        try NumPy.writeArchive(
            ["mask": masks, "label": try Tensor([1] as [Int32]), "image": array(2)], to: folder.file("a.npz"))
        let source = try DataSource.open(folder.file("a.npz"), inputs: [image, mask])
        #expect(source.count == 2)
        let sample = try source.sample(at: 1)
        #expect(sample.tensors.keys.sorted() == ["image", "mask"])
        #expect(try sample.tensors["mask"] == Tensor([5, 6, 7, 8, 9] as [Int64], shape: [1, 5]))
    }

    @Test("A missing key and different numbers of samples are errors that name them")
    func inconsistentArchive() throws {
        let other = InputSpecification(name: "other", type: .float32, shape: PartialShape([.unknown, .known(5)]))
        try NumPy.writeArchive(["image": array(2), "x": array(2)], to: folder.file("a.npz"))
        let missing = #expect(throws: BitdepthError.self) {
            try DataSource.open(folder.file("a.npz"), inputs: [image, other])
        }
        #expect(missing?.code == .badData)
        #expect(missing?.message.contains("\"image\", \"x\"") == true)
        try NumPy.writeArchive(
            ["image": array(2), "other": try Tensor(zeros: Shape([3, 5]), type: .float32)], to: folder.file("b.npz"))
        let uneven = #expect(throws: BitdepthError.self) {
            try DataSource.open(folder.file("b.npz"), inputs: [image, other])
        }
        #expect(uneven?.message.contains("\"image\" has 2 samples, \"other\" has 3") == true)
    }

    @Test("A folder gives its files' samples in the order of their names")
    func wholeFolder() throws {
        try NumPy.write(array(1, from: 100), to: folder.file("c.npy"))
        try NumPy.writeArchive(["image": array(2, from: 50)], to: folder.file("b.npz"), compressed: true)
        try folder.write([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 7, 7, 7, 7], as: "a-ubyte")
        try folder.write([1, 2, 3], as: "notes.txt")
        let source = try DataSource.open(folder.path, inputs: [image])
        #expect(source.count == 4)
        let firsts = try (0..<4).map { try source.sample(at: $0).tensors["image"]?.integers().first }
        #expect(firsts == [7, 50, 54, 100])
    }

    @Test("@list.txt names files relative to itself, comments left out")
    func list() throws {
        try NumPy.write(array(1, from: 10), to: folder.file("a.npy"))
        try NumPy.write(array(1, from: 20), to: folder.file("b.npy"))
        try folder.write(Array("# files\nb.npy\n\n  \(folder.file("a.npy"))  \r\n".utf8), as: "list.txt")
        let source = try DataSource.open("@" + folder.file("list.txt"), inputs: [image])
        let firsts = try (0..<2).map { try source.sample(at: $0).tensors["image"]?.integers().first }
        #expect(firsts == [20, 10])
    }

    @Test("Missing files, foreign files and empty sources are errors of their kinds")
    func failures() throws {
        func code(_ path: String) -> BitdepthError.Code? {
            do throws(BitdepthError) {
                _ = try DataSource.open(path, inputs: [image])
                return nil
            } catch { return error.code }
        }
        #expect(code(folder.file("none.npy")) == .fileNotFound)
        #expect(code(folder.path) == .noSamples)
        #expect(try code(folder.write(Array("hello there".utf8), as: "a.npy")) == .unsupportedFormat)
        #expect(try code(folder.write([], as: "empty.npy")) == .unsupportedFormat)
        try NumPy.write(array(0), to: folder.file("zero.npy"))
        #expect(code(folder.file("zero.npy")) == .noSamples)
        #expect(try code("@" + folder.write([10, 10], as: "list")) == .noSamples)
    }

    @Test("Random data must be asked for, say that they are none, and are the same for a seed")
    func random() throws {
        let source = try DataSource.open("random", inputs: [image], options: .init(randomCount: 200, seed: 3))
        #expect(source.summary.contains("not data"))
        #expect(source.count == 200)
        let first = try source.sample(at: 0).tensors["image"]
        #expect(first?.shape.dimensions == [1, 1, 2, 2])
        #expect(try RandomSource(inputs: [image], count: 5, seed: 3).sample(at: 0).tensors["image"] == first)
        #expect(try RandomSource(inputs: [image], count: 5, seed: 4).sample(at: 0).tensors["image"] != first)
        var values: [Float] = []
        for index in 0..<200 { values += try source.sample(at: index).tensors["image"]?.floats() ?? [] }
        let mean = values.reduce(0, +) / Float(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
        #expect(abs(mean) < 0.15 && abs(variance - 1) < 0.2)
        #expect(throws: BitdepthError.self) {
            try RandomSource(inputs: [TestData.image([nil, 3, nil, nil])], count: 1)
        }
    }

    @Test("Labels come from IDX, npy and text")
    func labels() throws {
        #expect(try Labels.read(folder.write([0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4], as: "l-ubyte")) == [9, 0, 4])
        try NumPy.write(try Tensor([3, -1] as [Int64], shape: [2, 1]), to: folder.file("l.npy"))
        #expect(try Labels.read(folder.file("l.npy")) == [3, -1])
        #expect(try Labels.read(folder.write(Array("1\n2\n\n 10\r\n".utf8), as: "l.txt")) == [1, 2, 10])
        let error = try #require(throws: BitdepthError.self) {
            try Labels.read(folder.write(Array("1\ncat\n".utf8), as: "m.txt"))
        }
        #expect(error.code == .badData && error.message.contains("\"cat\""))
        #expect(throws: BitdepthError.self) {
            try Labels.read(folder.write([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1], as: "m"))
        }
    }
}
