import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthQuantization
import BitdepthRuntime
import BitdepthTensors
import Testing

@Suite("What surrounds a quantized graph")
struct QuantizedFileTests {
    private func net() throws -> Net {
        var net = try Net()
        let conv = try net.conv("conv", "x", 4, 8)
        let relu = net.add("Relu", "relu", [conv])
        net.output(try net.conv("last", relu, 8, 4))
        return net
    }

    @Test(
        "Ports that carry codes become float again, and the model gives the same numbers",
        arguments: [
            QuantizationConfiguration.PortType.int8, .uint8,
        ])
    func floatPorts(type: QuantizationConfiguration.PortType) throws {
        let net = try net()
        let samples = try net.samples()
        let float = try net.quantized(on: samples).model.graph
        var configuration = QuantizationConfiguration.int8
        configuration.portType = type
        var opened = try net.quantized(configuration, on: samples).model.graph
        #expect(opened.inputs[0].type?.element.rawValue == type.rawValue)
        #expect(FloatPorts().run(&opened) == ["x", "last"])
        try opened.validate()
        #expect(opened.inputs[0].type?.element == .float32)
        let sample = try samples.sample(at: 0)
        let one = try CompiledGraph(float).makeSession().run(sample.tensors)["last"]
        let other = try CompiledGraph(opened).makeSession().run(sample.tensors)["last"]
        #expect(try one?.floats() == other?.floats())
    }

    @Test("Float ports are left alone")
    func noPorts() throws {
        var graph = try net().quantized().model.graph
        let before = graph
        #expect(FloatPorts().run(&graph).isEmpty)
        #expect(graph == before)
    }

    @Test("A file with float weights left in it breaks the promise of its scheme, and they are named")
    func promise() throws {
        var net = try Net([1, 8])
        let large = try net.random("large", [8, 5000])
        let hidden = net.add("MatMul", "hidden", ["x", large])
        let small = try net.random("small", [5000, 4])
        net.output(net.add("MatMul", "last", [hidden, small]))
        let quantizer = Quantizer(.int8)
        let (float, plan) = try quantizer.plan(for: net.model)
        let promise = SizePromise(float, plan, .int8)
        #expect(promise.floatWeights.isEmpty)
        // 60,000 weights of one byte; scale, zero point and bias of 9 bytes for each of 5004 channels; structure.
        #expect((60_000...110_000).contains(promise.bytes))
        #expect(!promise.isBroken(byFileOf: promise.bytes))

        var kept = QuantizationConfiguration.int8
        kept.keepFloat = [NodeSelector(.name("hidden"))]
        let (graph, plan2) = try Quantizer(kept).plan(for: net.model)
        let broken = SizePromise(graph, plan2, kept)
        #expect(broken.floatWeights.map(\.node) == ["hidden"])
        #expect(broken.isBroken(byFileOf: 160_000 + 20_000))
    }

    @Test("The first layers tell channels, layout and scaling")
    func hints() throws {
        var net = try Net([1, 8, 8, 3])
        let divided = net.add("Div", "div", ["x", try net.constant("255", [255], [1])])
        let turned = net.add("Transpose", "turn", [divided], ["perm": .ints([0, 3, 1, 2])])
        net.output(try net.conv("conv", turned, 3, 4))
        let hint = try #require(FirstLayerHint.hints(of: net.graph)["x"])
        #expect(hint == FirstLayerHint(channels: 3, layout: .channelsLast, scalesPixels: true))
        #expect(FirstLayerHint.hints(of: try self.net().graph)["x"] == FirstLayerHint(channels: 4))
    }
}
