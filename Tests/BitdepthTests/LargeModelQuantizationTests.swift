import Bitdepth
import Testing

@Suite("Quantizing beyond the memory budget") struct LargeModelQuantizationTests {
    private static let networks = [
        "fashion-resnet", "mixed-net", "torch/encoder.dynamo", "torch/encoder.torchscript", "torch/tagger.dynamo",
        "torch/convnext.torchscript", "torch/unet.dynamo",
    ]

    /// So little that every node with weights stands alone and every value between segments goes to a file.
    private static let tiny = MemoryBudget(bytes: 1, scratchFolder: "/tmp")

    /// The TorchScript exporter fixes lengths here and there.
    private func length(_ name: String) -> Int? { name == "torch/encoder.torchscript" ? 24 : nil }

    /// - Parameter length: Of all texts; without, each is as long as it happens to be.
    private func samples(for model: Model, count: Int, length: Int? = nil) throws -> SampleArray {
        var numbers = SeededGenerator(seed: 3)
        return SampleArray(
            try (0..<count).map { index in
                var tensors: [String: Tensor] = [:]
                for input in model.inputs {
                    // Texts of different lengths; one image each.
                    let extents = input.shape.dimensions ?? []
                    let shape = extents.enumerated().map { $1.value ?? ($0 == 0 ? 1 : length ?? 6 + index % 3) }
                    let number = shape.reduce(1, *)
                    tensors[input.name] =
                        switch input.type {
                        case .int64:
                            try Tensor(
                                (0..<number).map { _ in Int64.random(in: 0..<8, using: &numbers) }, shape: shape)
                        case .bool: try Tensor(zeros: try Shape(shape), type: .bool)
                        default:
                            try Tensor(
                                (0..<number).map { _ in Float.random(in: 0...1, using: &numbers) }, shape: shape)
                        }
                }
                return Sample(name: "sample \(index)", tensors)
            })
    }

    @Test("Statistics of a graph that runs in segments are those of one pass, byte for byte", arguments: networks)
    func sameStatistics(name: String) throws {
        let model = try BundledModels.model(name)
        let graph = try Quantizer(.int8).plan(for: model.contents).float
        let facts = try ShapeInference.facts(of: graph)
        let values = graph.nodes.flatMap { node in node.outputs.compactMap { $0 } }
            .filter { facts[$0]?.element == .float32 }
        let data = try samples(for: model, count: 5, length: length(name))
        let expected = try Calibrator(graph, observing: values, threads: 2).statistics(over: data)
        #expect(expected.byValue.count == values.count)
        for bytes in [1, 200_000] {
            var calibrator = Calibrator(graph, observing: values, threads: 2)
            calibrator.memory = MemoryBudget(bytes: bytes, scratchFolder: "/tmp")
            let found = try calibrator.statistics(over: data)
            let differing = values.filter { found[$0]?.serialized() != expected[$0]?.serialized() }
            #expect(differing.isEmpty)
            #expect(found.sampleCount == 5)
        }
    }

    @Test("A model that is quantized within a small budget is the same model", arguments: networks)
    func sameModel(name: String) throws {
        let model = try BundledModels.model(name)
        let data = try samples(for: model, count: 4, length: length(name))
        let expected = try Quantizer(.int8).quantize(model.contents, calibratedOn: data)
        var quantizer = Quantizer(.int8)
        quantizer.memory = LargeModelQuantizationTests.tiny
        let found = try quantizer.quantize(model.contents, calibratedOn: data)
        #expect(found.model.graph == expected.model.graph)
        let evaluator = Evaluator(
            try CompiledGraph(expected.model.graph), baseline: try CompiledGraph(expected.float))
        let evaluation = SegmentedEvaluation(
            found.model.graph, baseline: found.float, budget: LargeModelQuantizationTests.tiny)
        #expect(try evaluation.evaluate(data) == evaluator.evaluate(data))
    }

    @Test("16-bit weights are widened one by one, with the same result")
    func halves() throws {
        let model = try Model(contentsOf: BundledModels.fixture("fashion-resnet/float16.onnx"))
        let data = try BundledModels.images("train", for: model).evenly(4)
        var quantizer = Quantizer(.int8)
        let expected = try quantizer.quantize(model.contents, calibratedOn: data).model.graph
        quantizer.memory = LargeModelQuantizationTests.tiny
        #expect(try quantizer.quantize(model.contents, calibratedOn: data).model.graph == expected)
    }

    @Test("NaN is found at the node that made it, in whatever segment it stands")
    func notANumber() throws {
        let model = try BundledModels.model("mixed-net")
        var contents = model.contents
        let first = try #require(contents.graph.nodes.first { $0.op == "Conv" }?.output(0))
        let square = Node("Sqrt", name: "root", inputs: [first], outputs: ["rooted"])
        contents.graph.replaceUses(of: first, with: "rooted")
        contents.graph.nodes.append(square)
        try contents.graph.sortTopologically()
        let data = try samples(for: model, count: 2)
        var quantizer = Quantizer(.int8)
        quantizer.memory = LargeModelQuantizationTests.tiny
        do throws(BitdepthError) {
            _ = try quantizer.quantize(contents, calibratedOn: data)
            Issue.record("NaN was not found")
        } catch {
            #expect(error.code == .notANumber)
            #expect(error.place.node == "root")
            #expect(error.place.sample == "sample 0")
        }
    }

    @Test("Ranges are not refined beyond the budget, and the error says what to do")
    func refinement() throws {
        let model = try BundledModels.model("mixed-net")
        var configuration = QuantizationConfiguration.int8
        configuration.calibration = .auto
        var quantizer = Quantizer(configuration)
        quantizer.memory = LargeModelQuantizationTests.tiny
        let data = try samples(for: model, count: 2)
        do throws(BitdepthError) {
            _ = try quantizer.quantize(model.contents, calibratedOn: data)
            Issue.record("ranges were refined")
        } catch {
            #expect(error.code == .outOfMemory)
            #expect(error.help.contains { $0.contains("--calib mse") })
        }
    }
}
