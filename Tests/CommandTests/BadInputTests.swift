import Bitdepth
import Testing

/// Each mistake gives one clear error with its code and exit status, and no output file.
@Suite("Bad input, end to end")
struct BadInputTests {
    private static let model = RepositoryFile.path("models/fashion-resnet.onnx")
    private let command: BuiltCommand
    private let folder: TestFolder

    init() throws {
        command = try BuiltCommand()
        folder = try TestFolder()
    }

    private func hostile(_ name: String) -> String { RepositoryFile.path("Tests/Fixtures/hostile/\(name).onnx") }

    private var output: String { folder.path + "/result.onnx" }

    /// Images that would do.
    private func images(_ count: Int = 32) throws -> String {
        let values = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 5) }
        return try array(try Tensor(values, shape: [count, 28, 28]), "images.npy")
    }

    private func array(_ tensor: Tensor, _ name: String) throws -> String {
        try NumPy.write(tensor, to: folder.path + "/" + name, force: true)
        return folder.path + "/" + name
    }

    private func quantize(_ model: String, data: String? = nil, _ further: [String] = []) throws -> BuiltCommand.Outcome
    {
        let data = try data ?? images()
        return try command.run(["quantize", model, "--data", data, "-o", output] + further, in: folder)
    }

    /// The outcome is an error of this status and code, told once, and nothing was written.
    private func expectError(
        _ outcome: BuiltCommand.Outcome, _ status: Int32, _ code: BitdepthError.Code?, mentions words: [String] = [],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error") }
        #expect(lines.count == 1, "\(outcome.errors)", sourceLocation: location)
        if let code {
            #expect(outcome.errors.contains("error[\(code.rawValue)]: "), "\(outcome.errors)", sourceLocation: location)
        }
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: location) }
        // What quantize is about to do may have been told, success never.
        #expect(!outcome.output.contains("✓"), "\(outcome.output)", sourceLocation: location)
        #expect(!folder.names.contains { $0.contains("result") }, "\(folder.names)", sourceLocation: location)
    }

    // MARK: Models

    @Test("A model that does not exist is named", arguments: ["quantize", "inspect", "run", "bench"])
    func missingModel(name: String) throws {
        let further = name == "quantize" ? ["--data", try images(), "-o", output] : []
        expectError(
            try command.run([name, "no-such.onnx"] + further, in: folder), 66, .fileNotFound, mentions: ["no-such.onnx"]
        )
    }

    @Test("An empty model file is malformed")
    func emptyModel() throws {
        let path = try folder.write([], as: "empty.onnx")
        expectError(try quantize(path), 65, nil, mentions: ["empty.onnx"])
        expectError(try command.run(["inspect", path], in: folder), 65, nil)
    }

    @Test("A model cut at any 1/64 of its length is refused, with the place")
    func truncatedModel() throws {
        let whole = try RepositoryFile.bytes("models/fashion-resnet.onnx")
        for part in 1..<64 {
            let path = try folder.write(Array(whole.prefix(whole.count * part / 64)), as: "cut.onnx")
            expectError(try command.run(["inspect", path], in: folder), 65, nil, mentions: ["cut.onnx"])
            if part % 8 == 0 { expectError(try quantize(path), 65, nil, mentions: ["cut.onnx"]) }
        }
    }

    @Test("Random bytes are no model", arguments: 1...16)
    func randomBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let path = try folder.write(
            (0..<4096).map { _ in UInt8(truncatingIfNeeded: generator.next()) }, as: "noise.onnx")
        expectError(try quantize(path), 65, nil, mentions: ["noise.onnx"])
    }

    @Test("A shape that claims 2^60 elements is refused before anything is allocated")
    func enormousShape() throws {
        expectError(try quantize(hostile("enormous-shape")), 65, nil, mentions: ["1073741824"])
    }

    @Test("A circle of nodes is named")
    func cycle() throws { expectError(try quantize(hostile("cycle")), 65, .cycle, mentions: ["\"b\"", "second"]) }

    @Test("A value with two producers is named")
    func duplicateNames() throws {
        expectError(try quantize(hostile("duplicate-names")), 65, .invalidGraph, mentions: ["\"y\"", "second"])
    }

    @Test("An unknown operator is named with its domain and version", arguments: ["quantize", "run", "bench"])
    func unknownOperator(name: String) throws {
        let data = try array(try Tensor([Float](repeating: 1, count: 2), shape: [2]), "x.npy")
        let further = ["quantize": ["--data", data, "-o", output], "run": ["--input", "x=\(data)"]][name] ?? []
        let outcome = try command.run([name, hostile("unknown-operator")] + further, in: folder)
        expectError(outcome, 69, .unsupportedOperator, mentions: ["Frobnicate", "test.custom", "opset 1", "odd"])
    }

    @Test("An unknown operator does not keep inspect from showing the rest")
    func unknownOperatorInspected() throws {
        let outcome = try command.run(["inspect", hostile("unknown-operator")], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Frobnicate"))
    }

    @Test("External data outside of the model's folder is not read")
    func externalData() throws {
        expectError(try quantize(hostile("external-outside")), 65, .externalData, mentions: ["../outside.bin"])
    }

    // MARK: Data

    @Test("Elements that are no numbers of ours are refused")
    func wrongType() throws {
        let header = "{'descr': '<c8', 'fortran_order': False, 'shape': (1, 28, 28), }"
        let path = try folder.write(numpy(header) + [UInt8](repeating: 0, count: 784 * 8), as: "complex.npy")
        expectError(try quantize(Self.model, data: path), 69, .unsupportedFormat, mentions: ["complex.npy", "c8"])
    }

    @Test("An array that claims 2^60 elements is refused")
    func enormousArray() throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824), }"
        let path = try folder.write(numpy(header) + [0, 0, 0, 0], as: "enormous.npy")
        expectError(try quantize(Self.model, data: path), 65, .limitExceeded, mentions: ["enormous.npy"])
    }

    private func numpy(_ header: String) -> [UInt8] {
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count + 1), 0] + Array((header + "\n").utf8)
    }

    @Test("Data of another shape are told with both shapes")
    func wrongShape() throws {
        let path = try array(try Tensor([Float](repeating: 0, count: 4 * 27 * 28), shape: [4, 27, 28]), "narrow.npy")
        expectError(
            try quantize(Self.model, data: path), 65, .badData, mentions: ["[27,28]", "[1,28,28]", "narrow.npy"])
        expectError(
            try command.run(["run", Self.model, "--input", "image=\(path)"], in: folder), 65, .badData,
            mentions: ["narrow.npy"])
    }

    @Test("Data without samples are an error")
    func noSamples() throws {
        let path = try array(try Tensor([Float](), shape: [0, 1, 28, 28]), "none.npy")
        expectError(try quantize(Self.model, data: path), 65, .noSamples, mentions: ["none.npy"])
        expectError(try command.run(["run", Self.model, "--input", "image=\(path)"], in: folder), 65, .noSamples)
    }

    @Test("NaN is found, with the sample and the tensor", arguments: [Float.nan, .infinity])
    func notANumber(value: Float) throws {
        var values = (0..<32 * 784).map { Float($0 % 97) / 97 }
        values[5 * 784 + 3] = value
        let path = try array(try Tensor(values, shape: [32, 1, 28, 28]), "spoilt.npy")
        expectError(try quantize(Self.model, data: path), 65, .notANumber, mentions: ["spoilt.npy[5]", "image"])
        expectError(
            try command.run(["run", Self.model, "--input", "image=\(path)"], in: folder), 65, .notANumber,
            mentions: ["spoilt.npy[5]", "element 3"])
    }

    @Test("Data that do not exist are named")
    func missingData() throws {
        expectError(
            try quantize(Self.model, data: folder.path + "/nowhere.npy"), 66, .fileNotFound, mentions: ["nowhere.npy"])
    }

    // MARK: Output

    @Test("Where no file can be made, the error says so")
    func unwritable() throws {
        let file = try folder.write([1], as: "file")
        for path in [file + "/result.onnx", folder.path + "/no-such-folder/result.onnx", "/proc/result.onnx"] {
            let outcome = try command.run(["quantize", Self.model, "--data", try images(), "-o", path], in: folder)
            expectError(outcome, 73, .cannotCreate, mentions: [path])
        }
    }

    @Test("A file that exists is kept unless --force is said")
    func existing() throws {
        let kept = try folder.write([1, 2, 3], as: "kept.onnx")
        let outcome = try command.run(["quantize", Self.model, "--data", try images(), "-o", kept], in: folder)
        expectError(outcome, 73, .fileExists, mentions: ["kept.onnx", "--force"])
        #expect(try folder.bytes("kept.onnx") == [1, 2, 3])
        let run = try command.run(
            ["run", Self.model, "--input", "image=\(try images())", "-o", try folder.write([4], as: "kept.npz")],
            in: folder)
        expectError(run, 73, .fileExists, mentions: ["kept.npz"])
        #expect(try folder.bytes("kept.npz") == [4])
    }

    // MARK: Arguments

    @Test(
        "A mistyped flag gets a suggestion",
        arguments: [
            (["quantize", "m.onnx", "--sampels", "3"], "--samples"), (["inspect", "m.onnx", "--tensor"], "--tensors"),
            (["bench", "m.onnx", "--thread", "2"], "--threads"), (["run", "m.onnx", "--inptu", "x=y"], "--input"),
            (["quantise", "m.onnx"], "quantize"),
        ])
    func unknownFlag(arguments: [String], suggestion: String) throws {
        expectError(try command.run(arguments, in: folder), 64, nil, mentions: ["did you mean \"\(suggestion)\"?"])
    }

    @Test("A mistyped input gets a suggestion")
    func unknownInput() throws {
        let outcome = try command.run(["run", Self.model, "--input", "imgae=\(try images())"], in: folder)
        expectError(outcome, 64, nil, mentions: ["did you mean \"image\"?", "f32"])
    }

    // MARK: Signals

    @Test(
        "A signal ends a long quantization with its status and leaves no file",
        arguments: [(Int32(2), Int32(130)), (15, 143)])
    func signals(signal: Int32, status: Int32) throws {
        let running = try command.start(
            [
                "quantize", Self.model, "--data", "random", "--samples", "2000000", "-o", output, "-j", "1",
                "--progress", "json",
            ], in: folder)
        let spoke = running.waitForErrors()
        #expect(spoke, "nothing was said about progress")
        running.send(signal)
        let outcome = running.wait()
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains("B0130"), "\(outcome.errors)")
        #expect(folder.names == [], "\(folder.names)")
    }
}
