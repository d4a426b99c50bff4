import Bitdepth
import Testing

@testable import BitdepthCommand

@Suite("convert")
struct ConvertCommandTests {
    /// x → Relu → an operator that nobody knows → y.
    private func writeUnknown(_ path: String) throws {
        var graph = Graph(
            name: "net", inputs: [.init("x", TensorType(.float32, PartialShape([.symbol("n"), .known(3)])))],
            outputs: [.init("y", nil)])
        graph.nodes = [
            Node("Relu", name: "first", inputs: ["x"], outputs: ["h"]),
            Node(OperatorName("Mystery", domain: "com.example"), name: "second", inputs: ["h"], outputs: ["y"]),
        ]
        try ONNX.write(
            ModelGraph(graph: graph, opsets: ["": 17, "com.example": 1], sourceOpset: 17), to: path)
    }

    @Test("A model whose end is not supported says how to cut it, and what is cut off by that runs")
    func cut() throws {
        let folder = try TestFolder()
        func file(_ name: String) -> String { folder.path + "/" + name }
        try writeUnknown(file("net.onnx"))
        try NumPy.write(try Tensor([Float(-1), 2, -3], shape: [1, 3]), to: file("x.npy"))
        let command = try BuiltCommand()
        let refused = try command.run(["run", file("net.onnx"), "--input", file("x.npy")], in: folder)
        #expect(refused.status == 69)
        #expect(refused.errors.contains("Mystery"))
        #expect(refused.errors.contains("bitdepth convert MODEL --outputs h -o CUT.onnx"))

        let cut = try command.run(["convert", file("net.onnx"), "--outputs", "h", "-o", file("cut.onnx")], in: folder)
        #expect(cut.status == 0, "\(cut.errors)")
        let model = try Model(contentsOf: file("cut.onnx"))
        #expect(model.graph.outputs.map(\.name) == ["h"])
        #expect(model.graph.nodes.count == 1)
        let results = try model.compiled().makeSession().run(["x": try Tensor([Float(-1), 2, -3], shape: [1, 3])])
        #expect(try results["h"]?.floats() == [0, 2, 0])
    }

    @Test("--shape fixes the shapes of inputs, and of what follows from them, in the file")
    func shapes() throws {
        let folder = try TestFolder()
        func file(_ name: String) -> String { folder.path + "/" + name }
        try CommandModels.write(file("net.onnx"))
        let outcome = try BuiltCommand().run(
            [
                "convert", file("net.onnx"), "--shape", "x:7x16", "-o", file("fixed.onnx"),
            ], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let model = try Model(contentsOf: file("fixed.onnx"))
        #expect(model.graph.inputs[0].type?.shape == PartialShape([.known(7), .known(16)]))
        #expect(model.graph.outputs[0].type?.shape == PartialShape([.known(7), .known(4)]))
    }

    @Test("A file that cannot be written as is asked is refused before any work")
    func target() throws {
        let folder = try TestFolder()
        func file(_ name: String) -> String { folder.path + "/" + name }
        try CommandModels.write(file("net.onnx"))
        let command = try BuiltCommand()
        let other = try command.run(["convert", file("net.onnx"), "-o", file("net.tflite")], in: folder)
        #expect(other.status == 69 && other.errors.contains(".tflite"), "\(other.errors)")
        #expect(try command.run(["convert", file("net.onnx"), "-o", file("net.onnx")], in: folder).status == 73)
        let unnamed = try command.run(["convert", file("net.onnx")], in: folder)
        #expect(unnamed.status == 64 && unnamed.errors.contains("-o is missing"), "\(unnamed.errors)")
        #expect(folder.names == ["net.onnx"])
    }

    @Test("A value that the graph has not is named, with some that it has")
    func unknownValue() throws {
        let folder = try TestFolder()
        func file(_ name: String) -> String { folder.path + "/" + name }
        try CommandModels.write(file("net.onnx"))
        let outcome = try BuiltCommand().run(
            [
                "convert", file("net.onnx"), "--outputs", "nowhere", "-o", file("cut.onnx"),
            ], in: folder)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("nowhere"))
    }
}
