import BitdepthFormats
import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("CSV and JSON Lines")
struct RecordTests {
    private let folder: TemporaryFolder
    private let four = RecordTests.input("x", [nil, 4])

    init() throws { folder = try TemporaryFolder() }

    private static func input(_ name: String, _ shape: [Int?], _ type: ElementType = .float32) -> InputSpecification {
        InputSpecification(
            name: name, type: type, shape: PartialShape(shape.map { $0.map(Dimension.known) ?? .symbol("N") }))
    }

    private func open(
        _ text: String, as name: String, _ inputs: [InputSpecification], skipped: SkippedSamples? = nil
    ) throws -> any SampleSource {
        let path = try folder.write(Array(text.utf8), as: name)
        return try DataSource.open(path, inputs: inputs, options: .init(skipped: skipped))
    }

    private func values(_ source: any SampleSource, _ input: String = "x") throws -> [[Double]] {
        try (0..<source.count).map { try source.sample(at: $0).tensors[input]?.doubles() ?? [] }
    }

    @Test(
        "A row is a sample: with and without names, quotes, spaces, either end of line",
        arguments: [
            "1,2,3,4\n5,6,7,8\n", "a,b,c,d\r\n1,2,3,4\r\n\r\n5,6,7,8", "\u{FEFF}1, 2 ,\"3\",4\n5,6,7,8.0\n\n",
            "\"a\",\"b \"\"x\"\"\",\"c,\n\",d\n1,2,3,4\n5e0,6,7,8",
        ])
    func rows(text: String) throws {
        let source = try open(text, as: "x.csv", [four])
        #expect(try values(source) == [[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(try source.sample(at: 1).name == folder.file("x.csv") + "[1]")
    }

    @Test("Rows take the input's shape, and a column named label holds the classes")
    func labels() throws {
        let text = "p0,label,p1,p2,p3\n1,7,2,3,4\n5,0,6,7,8\n"
        let source = try open(text, as: "x.csv", [Self.input("image", [nil, 1, 2, 2])])
        #expect(try source.sample(at: 1).tensors["image"]?.shape.dimensions == [1, 1, 2, 2])
        #expect(try values(source, "image") == [[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(try Labels.beside(folder.file("x.csv")).labels == [7, 0])
    }

    @Test("Where every input has a column of its name, each takes that number")
    func columns() throws {
        let inputs = [Self.input("age", [nil, 1]), Self.input("kind", [nil, 1], .int64)]
        let source = try open("kind,other,age\n1,x,2.5\n", as: "x.csv", inputs)
        #expect(try values(source, "age") == [[2.5]])
        #expect(try values(source, "kind") == [[1]])
        #expect(throws: BitdepthError.self) { try open("1,2\n", as: "y.csv", inputs) }
    }

    @Test(
        "A broken row or line is named with its offset, left out, and spoils no other",
        arguments: [
            ("1,2,3,4\n1,2,x,4\n5,6,7,8\n", "a.csv", 8), ("1,2,3,4\n1,2,3\n5,6,7,8\n", "a.csv", 8),
            ("1,2,3,4\n\"1\"2,2,3,4\n5,6,7,8\n", "a.csv", 11), ("[1,2,3,4]\n[1,2,\n[5,6,7,8]", "a.jsonl", 15),
            ("[1,2,3,4]\n[1,2,3,4]]\n[5,6,7,8]", "a.jsonl", 19), ("[1,2,3,4]\n[1,[2],3,4]\n[5,6,7,8]", "a.jsonl", 14),
        ] as [(String, String, UInt64)])
    func broken(text: String, name: String, offset: UInt64) throws {
        let skipped = SkippedSamples()
        let source = try open(text, as: name, [four], skipped: skipped)
        var found: [[Double]] = []
        for index in 0..<source.count {
            if let sample = try source.sampleIfReadable(at: index) {
                found.append(try sample.tensors["x"]?.doubles() ?? [])
            }
        }
        #expect(found == [[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(skipped.reasons.map(\.place.offset) == [offset])
        #expect(skipped.reasons.map(\.code) == [.malformedFile])
        #expect(throws: BitdepthError.self) { try open(text, as: name, [four]).sample(at: 1) }
    }

    @Test("A quote that never ends and a row of the wrong width for the model are errors")
    func wrong() throws {
        #expect(throws: BitdepthError.self) { try open("1,2,3,\"4\n1,2,3,4\n", as: "a.csv", [four]).sample(at: 0) }
        let error = #expect(throws: BitdepthError.self) { try open("1,2,3\n", as: "b.csv", [four]).sample(at: 0) }
        #expect(error?.code == .badData)
        #expect(throws: BitdepthError.self) { try open("", as: "c.csv", [four]) }
        #expect(throws: BitdepthError.self) { try open("a,b,c,d\n", as: "d.csv", [four]) }
    }

    @Test("A line is an object by input name, of any length each, or a bare array")
    func lines() throws {
        let ids = [Self.input("ids", [nil, nil], .int64), Self.input("mask", [nil, nil], .int64)]
        let source = try open(
            #"{"ids": [5, 6, 7], "text": "a \" } b", "mask": [[1,1,1]], "meta": {"k": [1, {"x": null}]}, "label": 3}"#
                + "\n"
                + #"{"mask":[true],"ids":[8],"label":0}"#, as: "x.jsonl", ids)
        #expect(try values(source, "ids") == [[5, 6, 7], [8]])
        #expect(try values(source, "mask") == [[1, 1, 1], [1]])
        #expect(try source.sample(at: 0).tensors["mask"]?.shape.dimensions == [1, 3])
        #expect(try Labels.beside(folder.file("x.jsonl")).labels == [3, 0])
        let bare = try open("[[1, 2], [3, -4.5e1]]\n", as: "y.jsonl", [Self.input("x", [nil, 2, 2])])
        #expect(try values(bare) == [[1, 2, 3, -45]])
        #expect(throws: BitdepthError.self) { try open("[1]\n", as: "z.jsonl", ids).sample(at: 0) }
    }

    @Test(
        "What is no JSON is an error at any length, never a crash",
        arguments: [
            "{", "[", "{\"x\"", "{\"x\":", "{\"x\":[1,2}", "{\"x\":[1,2,3,4],\"x\":[1,2,3,4]}", "{\"y\":[1,2,3,4]}",
            "[1,2,3,]",
            "[1,,2,3]", "[01x,2,3,4]", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "{\"a\":}",
            "{\"a\":,\"x\":[1,2,3,4]}",
            "{\"a\":\"", "[--1,2,3,4]", "{\"x\":\"1\"}", "[1,2,3,4] x", "[[],1]", "[1,[]]", "{\"x\":[1,2,3,4] \"y\":1}",
            "{\"x\\",
        ])
    func hostile(text: String) {
        #expect(throws: BitdepthError.self) { try open(text, as: "x.jsonl", [four]).sample(at: 0) }
    }

    @Test("Standard input is told by its first bytes")
    func standardInput() throws {
        func samples(_ bytes: [UInt8]) throws -> any SampleSource {
            try StandardInput.samples(
                try ByteSource(bytes, path: StandardInput.name), inputs: [four], options: .init())
        }
        #expect(try values(try samples(Array("1,2,3,4\n".utf8))) == [[1, 2, 3, 4]])
        #expect(try values(try samples(Array(" [1,2,3,4]".utf8))) == [[1, 2, 3, 4]])
        let path = folder.file("x.npy")
        try NumPy.write(try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [2, 4]), to: path)
        #expect(try values(try samples(try folder.read("x.npy"))) == [[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(throws: BitdepthError.self) { try samples([1, 2, 3]) }
    }

    @Test("Text beside images or arrays is no data; a folder of text alone is")
    func folders() throws {
        try folder.write(Array("1,2,3,4\n".utf8), as: "b.csv")
        try folder.write(Array("5,6,7,8\n9,9,9,9\n".utf8), as: "c.csv")
        #expect(try values(try DataSource.open(folder.path, inputs: [four])).map { $0[0] } == [1, 5, 9])
        try NumPy.write(try Tensor([7, 7, 7, 7] as [Float], shape: [1, 4]), to: folder.file("a.npy"))
        #expect(try values(try DataSource.open(folder.path, inputs: [four])).map { $0[0] } == [7])
    }
}
