import Bitdepth
import FoundationEssentials
import Testing

@testable import BitdepthCommand

@Suite("Quantizing models larger than memory from the command line", .serialized)
struct LargeModelTests {
    private static let samples = 12

    /// Kilobytes of address space that the command takes for looking at a model: its code, stacks and the like.
    private func startingSpace(_ command: BuiltCommand, _ folder: TestFolder) throws -> Int {
        let shell = BuiltCommand(at: "/bin/sh")
        func works(_ kilobytes: Int) throws -> Bool {
            try shell.run(
                limited(kilobytes, command, ["inspect", folder.path + "/large.onnx"]), in: folder
            ).status == 0
        }
        var (low, high) = (0, 1 << 21)
        while high - low > 4096 {
            let middle = (low + high) / 2
            if try works(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// Words for a shell that runs the command with so much address space (RLIMIT_AS).
    private func limited(_ kilobytes: Int, _ command: BuiltCommand, _ words: [String]) -> [String] {
        ["-c", "ulimit -v \(kilobytes) && exec \"$0\" \"$@\"", command.path] + words
    }

    private func quantize(_ model: LargeModel, _ folder: TestFolder) throws {
        let command = try BuiltCommand()
        try model.write(folder)
        try model.writeSamples(folder, count: LargeModelTests.samples)
        // INT8 weights, twice the largest tensor, and what lies between two segments for all samples.
        let activations = LargeModelTests.samples * 4 * (model.rows + model.columns)
        let bound = model.count * model.weightBytes / 4 + 2 * model.weightBytes + activations
        let space = try startingSpace(command, folder) + bound / 1024
        let words = [
            "quantize", folder.path + "/large.onnx", "--data", folder.path + "/samples.npy", "-o",
            folder.path + "/int8.onnx", "--threads", "1", "--memory", "\(16 * model.weightBytes)", "--no-gate",
        ]
        let result = try BuiltCommand(at: "/bin/sh").run(limited(space, command, words), in: folder)
        #expect(result.status == 0, "with \(space) KiB: \(result.errors)")
        #expect(result.output.contains("it ran in segments"))
        #expect(folder.names == ["int8.onnx", "int8.onnx.data", "large.onnx", "samples.npy", "weights"])

        let quantized = try Model(contentsOf: folder.path + "/int8.onnx")
        let codes = quantized.graph.initializers.values.filter { $0.type == .int8 && $0.shape.rank == 2 }
        #expect(codes.count == model.count)
        #expect(codes.allSatisfy { $0.region?.file.path == folder.path + "/int8.onnx.data" })
        #expect(quantized.graph.initializers.values.allSatisfy { $0.byteCount <= model.weightBytes / 4 })
    }

    @Test("A model of 208 MiB is quantized in less memory than its weights take")
    func small() throws { try quantize(.small, try TestFolder()) }

    @Test("The file is the one that is written with all the memory in the world")
    func sameFile() throws {
        let folder = try TestFolder()
        let model = LargeModel(rows: 64, columns: 96, count: 6)
        try model.write(folder)
        try model.writeSamples(folder, count: 30)
        for memory in ["20kB", "1GiB"] {
            let result = try BuiltCommand().run(
                [
                    "quantize", folder.path + "/large.onnx", "--data", folder.path + "/samples.npy", "-o",
                    folder.path + "/\(memory).onnx", "--memory", memory, "--no-fallback",
                ], in: folder)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("it ran in segments") == (memory == "20kB"))
        }
        let names = (folder.path + "/20kB.onnx", folder.path + "/1GiB.onnx")
        let graphs = (try Model(contentsOf: names.0).graph, try Model(contentsOf: names.1).graph)
        #expect(graphs.0.nodes == graphs.1.nodes)
        #expect(graphs.0.initializers == graphs.1.initializers)
        #expect(try folder.bytes("20kB.onnx.data") == folder.bytes("1GiB.onnx.data"))
    }

    @Test("A data file that exists already is not replaced without --force, and that shows before any work")
    func existingData() throws {
        let folder = try TestFolder()
        try CommandModels.write(folder.path + "/m.onnx")
        try CommandModels.data(folder.path + "/d.npy", rows: 60)
        try folder.write([1, 2, 3], as: "q.onnx.data")
        var words = [
            "quantize", folder.path + "/m.onnx", "--data", folder.path + "/d.npy", "-o", folder.path + "/q.onnx",
        ]
        #expect(try BuiltCommand().run(words, in: folder).status == 0)
        words = words.map { $0.replacing("/q.onnx", with: "/r.onnx") } + ["--external-data", "always"]
        try folder.write([1, 2, 3], as: "r.onnx.data")
        let refused = try BuiltCommand().run(words, in: folder)
        #expect(refused.status == 73)
        #expect(refused.errors.contains("r.onnx.data"))
        #expect(try folder.bytes("r.onnx.data") == [1, 2, 3])
        #expect(try BuiltCommand().run(words + ["--force"], in: folder).status == 0)
        #expect(try Model(contentsOf: folder.path + "/r.onnx").isQuantized)
    }

    @Test(
        "A model of 3.25 GiB is quantized in 0.9 GiB",
        .enabled(if: ProcessInfo.processInfo.environment["BITDEPTH_LARGE_MODELS"] != nil), .timeLimit(.minutes(10)))
    func whole() throws { try quantize(.whole, try TestFolder()) }

    @Test(
        "Sizes of memory are read as people write them",
        arguments: [("4GB", 4_000_000_000), ("512MiB", 536_870_912), ("1.5kB", 1500), ("77", 77)])
    func sizes(text: String, bytes: Int) { #expect(MemorySize(argument: text)?.bytes == bytes) }

    @Test("What is no size of memory is refused", arguments: ["", "GB", "-1", "4 elephants", "0", "1e99", "nan"])
    func badSizes(text: String) { #expect(MemorySize(argument: text) == nil) }
}
