import BitdepthDataSources
import BitdepthFormats
import BitdepthGraphs
import BitdepthTensors
import SystemPackage
import Testing

@testable import BitdepthRuntime

@Suite("Results do not depend on the number of threads")
struct ThreadCountTests {
    /// The networks of the repository's `models` folder.
    static let models =
        ["fashion-resnet", "mixed-net"]
        + ["convnext", "detector", "encoder", "tagger", "unet"].flatMap {
            ["torch/\($0).torchscript", "torch/\($0).dynamo"]
        }

    private func read(_ name: String) throws -> ModelGraph {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        return try ONNX.read(root.appending("models").appending("\(name).onnx").string)
    }

    /// Seeded noise of the shapes that the model states.
    private func inputs(of graph: Graph, openExtents: Int) throws -> [String: Tensor] {
        let specifications = try graph.requiredInputs.map { port in
            let type = try #require(port.type)
            let dimensions = try #require(type.shape.dimensions).map { Dimension.known($0.value ?? openExtents) }
            return InputSpecification(name: port.name.text, type: type.element, shape: PartialShape(dimensions))
        }
        let options = DataSource.Options(randomCount: 1, seed: 7)
        return try DataSource.open("random", inputs: specifications, options: options).sample(at: 0).tensors
    }

    @Test("1 to 8 threads give the same bits", arguments: models)
    func float(name: String) throws {
        let graph = try read(name).graph
        // The tracer has fixed this one's length.
        let extent = name == "torch/encoder.torchscript" ? 24 : 3
        try compare(graph, try inputs(of: graph, openExtents: extent))
    }

    @Test("1 to 8 threads give the same bits on integers", arguments: BundledNetwork.allCases)
    func quantized(network: BundledNetwork) throws {
        let model = try network.float()
        try compare(try network.quantized(model), try network.batch(of: model.graph, count: 3, seed: 9))
    }

    private func compare(_ graph: Graph, _ inputs: [String: Tensor]) throws {
        let expected = try CompiledGraph(graph).makeSession().run(inputs)
        for threads in 2...8 {
            let session = try CompiledGraph(graph, threads: threads).makeSession()
            #expect(try session.run(inputs) == expected, "\(threads) threads")
        }
    }
}
