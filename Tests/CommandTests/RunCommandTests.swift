import Bitdepth
import Testing

@Suite("run, bench and inspect, end to end")
struct RunCommandTests {
    private static let model = RepositoryFile.path("models/mixed-net.onnx")
    private static let images = RepositoryFile.path("Tests/Fixtures/mixed-net/images.npy")
    private let command: BuiltCommand
    private let folder: TestFolder

    init() throws {
        command = try BuiltCommand()
        folder = try TestFolder()
    }

    @Test("run computes what ONNX Runtime computed, and writes it under the output's name")
    func run() throws {
        let path = folder.path + "/out.npz"
        let outcome = try command.run(
            ["run", Self.model, "--input", "image=\(Self.images)", "--preprocess", "scale=255", "-o", path], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try #require(try NumPy.readArchive(path)["probabilities"])
        let expected = try NumPy.read(RepositoryFile.path("Tests/Fixtures/mixed-net/probabilities.npy"))
        #expect(found.shape == expected.shape)
        let largest = zip(try found.floats(), try expected.floats()).map { abs($0 - $1) }.max()
        #expect(try #require(largest) < 1e-4)
    }

    @Test("run adds the batch axis, converts the element type, and pipes one array")
    func oneSample() throws {
        let values = (0..<3 * 32 * 32).map { Double($0 % 256) / 255 }
        try NumPy.write(try Tensor(values, shape: [3, 32, 32]), to: folder.path + "/x.npy")
        let outcome = try command.run(["run", Self.model, "--input", folder.path + "/x.npy", "--json"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"schema\": \"bitdepth.run/1\""))
        #expect(outcome.output.contains("\"shape\": [1, 10]"))
    }

    @Test("run --whole feeds arrays as they are: a state whose first axis is no batch, a number without axes")
    func whole() throws {
        let state = TensorType(.float32, PartialShape([.known(2), .symbol("batch"), .known(3)]))
        var graph = Graph(
            name: "state", inputs: [.init("state", state), .init("rate", TensorType(.int64, PartialShape([])))],
            outputs: [.init("next", state)])
        graph.nodes = [
            Node("Cast", inputs: ["rate"], outputs: ["factor"], attributes: ["to": .int(1)]),
            Node("Mul", inputs: ["state", "factor"], outputs: ["next"]),
        ]
        let (model, states, rate) = (folder.path + "/m.onnx", folder.path + "/s.npy", folder.path + "/r.npy")
        try ONNX.write(ModelGraph(graph: graph, opsets: ["": 17], sourceOpset: 17), to: model)
        try NumPy.write(try Tensor((0..<24).map { Float($0) }, shape: [2, 4, 3]), to: states)
        try NumPy.write(try Tensor(scalar: Int64(3)), to: rate)
        let outcome = try command.run(
            [
                "run", model, "--input", "state=\(states)", "--input", "rate=\(rate)", "--whole", "-o",
                folder.path + "/y.npy",
            ], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try NumPy.read(folder.path + "/y.npy")
        #expect(found.shape.dimensions == [2, 4, 3])
        #expect(try found.floats() == (0..<24).map { Float($0) * 3 })

        let flat = folder.path + "/flat.npy"
        try NumPy.write(try Tensor((0..<12).map { Float($0) }, shape: [4, 3]), to: flat)
        let wrong = try command.run(
            ["run", model, "--input", "state=\(flat)", "--input", "rate=\(rate)", "--whole"], in: folder)
        #expect(wrong.status == 65 && wrong.errors.contains("an array of shape [4,3], taken whole"), "\(wrong.errors)")
    }

    @Test("Bytes for a model that stores a recipe get a warning, and --preprocess model follows it")
    func storedRecipe() throws {
        var contents = try ONNX.read(Self.model)
        contents.annotations[PreprocessingRecipe.metadataKey] = "scale=255"
        let path = folder.path + "/m.onnx"
        try ONNX.write(contents, to: path)
        let raw = try command.run(["run", path, "--input", Self.images], in: folder)
        #expect(raw.status == 0 && raw.errors.contains("warning"), "\(raw.errors)")
        let following = try command.run(
            ["run", path, "--input", Self.images, "--preprocess", "model", "--json", "--full"], in: folder)
        let spelled = try command.run(
            ["run", path, "--input", Self.images, "--preprocess", "scale=255", "--json", "--full"], in: folder)
        #expect(following.errors == "" && following.output == spelled.output && following.output != raw.output)
    }

    @Test("bench prints the promised JSON, and with a fixed number of runs times each model so often")
    func bench() throws {
        let outcome = try command.run(
            ["bench", Self.model, "--threads", "1,2", "--batch", "1,3", "--runs", "4", "--json", "--explain"],
            in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"schema\": \"bitdepth.bench/1\""))
        for part in [
            "\"threads\": 2", "\"batch\": 3", "\"runs\": 4", "\"host\": {", "\"instruction_set\"", "\"explain\": {",
        ] {
            #expect(outcome.output.contains(part), "\(part)")
        }
        #expect(outcome.output.split(separator: "\"p50_ms\"").count == 5)
    }

    @Test("bench says which input's shape is missing")
    func benchWithoutShape() throws {
        var contents = try ONNX.read(Self.model)
        contents.graph.inputs[0].type?.shape = PartialShape([.symbol("n"), .known(3), .symbol("h"), .symbol("w")])
        let path = folder.path + "/free.onnx"
        try ONNX.write(contents, to: path)
        let missing = try command.run(["bench", path, "--runs", "1"], in: folder)
        #expect(missing.status == 69 && missing.errors.contains("--shape image:1x"), "\(missing.errors)")
        let unknown = try command.run(["bench", path, "--runs", "1", "--input-value", "imge=1"], in: folder)
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean \"image\"?"), "\(unknown.errors)")
        let given = try command.run(["bench", path, "--runs", "1", "--shape", "image:1x3x32x32"], in: folder)
        #expect(given.status == 0, "\(given.errors)")
    }

    @Test("inspect tells a float model's operators and what int8 would not quantize")
    func inspect() throws {
        let outcome = try command.run(["inspect", Self.model], in: folder)
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        #expect(outcome.output.contains("Conv dw"))
        #expect(outcome.output.contains("Softmax needs more than 8 bits inside"))
        let json = try command.run(["inspect", Self.model, "--json", "--nodes", "--stats"], in: folder)
        #expect(json.output.contains("\"schema\": \"bitdepth.inspect/1\"") && json.output.contains("\"weights\": ["))
    }
}
