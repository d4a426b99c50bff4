import BitdepthCalibration
import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Schemes and ports") struct SchemeTests {
    private func net() throws -> Net {
        var net = try Net()
        let a = net.add("Relu", "r", [try net.conv("a", "x", 4, 8)])
        net.output(try net.conv("b", a, 8, 4))
        return net
    }

    @Test("Signed activations are stored signed")
    func signed() throws {
        let quantization = try net().quantized(QuantizationConfiguration(activations: .int8Activations))
        for node in quantization.model.graph.nodes where node.op == "QuantizeLinear" {
            #expect(try quantization.model.graph.parameters(of: node).type == .int8)
        }
        #expect(try quantization.decibels(on: net().samples()) > 30)
    }

    @Test("Symmetric activations have zero point 0")
    func symmetric() throws {
        let scheme = QuantizationScheme(bits: 8, isSigned: true, isSymmetric: true)
        let quantization = try net().quantized(QuantizationConfiguration(activations: scheme))
        for node in quantization.model.graph.nodes where node.op == "QuantizeLinear" {
            #expect(try quantization.model.graph.parameters(of: node).zeroPoints == [0])
        }
        #expect(try quantization.decibels(on: net().samples()) > 25)
    }

    @Test("Weights per tensor have one scale, that of the largest weight")
    func perTensor() throws {
        var scheme = QuantizationScheme.int8Weights
        scheme.granularity = .perTensor
        let quantization = try net().quantized(QuantizationConfiguration(weights: scheme))
        let weight = try quantization.model.graph.parameters(ofInput: 1, of: "a")
        let largest = try #require(net().graph.initializer("a.w").floats().map(abs).max())
        #expect(weight.scales.count == 1)
        // Up to 1 % larger, to avoid ties.
        let ratio = weight.scales[0] / (largest / 127)
        #expect(ratio >= 1 - 1e-6 && ratio <= 1.0102)
        #expect(weight.axis == nil)
        #expect(try quantization.model.graph.initializer(ValueName("a.b_scale")).shape == .scalar)
        #expect(try quantization.decibels(on: net().samples()) > 25)
    }

    @Test("Weights of 4 bits are stored as such, within ±7, one scale a channel")
    func fourBits() throws {
        let quantization = try net().quantized(QuantizationConfiguration(weights: .int4Weights))
        let codes = try quantization.model.graph.initializer("a.w_quantized")
        #expect(codes.type == .int4)
        #expect(codes.byteCount == (codes.count + 1) / 2)
        #expect(try codes.integers().allSatisfy { -7...7 ~= $0 })
        #expect(try codes.integers().contains { abs($0) == 7 })
        let weight = try quantization.model.graph.parameters(ofInput: 1, of: "a")
        #expect(weight.scales.count == 8)
        #expect(weight.type == .int4)
        #expect(try quantization.decibels(on: net().samples()) > 12)
    }

    @Test("Weights of 7 bits keep within ±63, in 8-bit storage")
    func reducedRange() throws {
        var scheme = QuantizationScheme.int8Weights
        scheme.bits = 7
        let quantization = try net().quantized(QuantizationConfiguration(weights: scheme))
        let codes = try quantization.model.graph.initializer("a.w_quantized")
        #expect(codes.type == .int8)
        #expect(try codes.integers().map(abs).max() == 63)
        #expect(try quantization.decibels(on: net().samples()) > 25)
    }

    @Test(
        "Ports carry codes of the wanted type whatever the activations are inside, and mean the same numbers",
        arguments: [QuantizationConfiguration.PortType.int8, .uint8], [true, false])
    func ports(type: QuantizationConfiguration.PortType, signedInside: Bool) throws {
        let activations = signedInside ? QuantizationScheme.int8Activations : .uint8Activations
        let net = try net()
        let float = try net.quantized(QuantizationConfiguration(activations: activations)).model.graph
        let quantization = try net.quantized(QuantizationConfiguration(activations: activations, portType: type))
        let graph = quantization.model.graph
        let element: ElementType = type == .int8 ? .int8 : .uint8
        #expect(graph.inputs.map(\.type?.element) == [element])
        #expect(graph.outputs.map(\.name) == net.graph.outputs.map(\.name))
        #expect(!quantization.notes.contains { $0.contains("stays float") })

        let input = try graph.parameters(of: try #require(graph.nodes.first { $0.inputs.first == "x" }))
        #expect(input.type == element)
        let quantize = QuantizationParameters(
            scale: input.scales[0], zeroPoint: input.zeroPoints[0], codes: element == .int8 ? -128...127 : 0...255)
        let output = try graph.parameters(of: try #require(graph.producer(of: "b")))
        #expect(output.type == element)
        for sample in try net.samples(3, seed: 5).samples {
            let x = try #require(sample.tensors["x"])
            let codes = try Tensor(integers: quantize.quantize(try x.floats()), shape: x.shape, type: element)
            let found = try #require(CompiledGraph(graph).makeSession().run(["x": codes])["b"])
            #expect(found.type == element)
            let reals = try found.integers().map { Float($0 - output.zeroPoints[0]) * output.scales[0] }
            #expect(try CompiledGraph(float).makeSession().run(sample.tensors)["b"]?.floats() == reals)
        }
        var restored = graph
        #expect(FloatPorts().run(&restored) == ["x", "b"])
        let sample = try net.samples(1).samples[0]
        #expect(
            try CompiledGraph(restored).makeSession().run(sample.tensors)
                == CompiledGraph(float).makeSession().run(sample.tensors))
    }

    @Test("A port without codes right behind it stays float and is named")
    func floatPort() throws {
        var net = try net()
        net.graph.outputs = []
        net.output(net.add("Softmax", "p", ["b"]))
        let quantization = try net.quantized(QuantizationConfiguration(portType: .int8))
        #expect(quantization.notes.contains { $0.hasPrefix("\"p\" stays float") })
        #expect(quantization.model.graph.inputs[0].type?.element == .int8)
    }

    @Test(
        "Every calibration method serves",
        arguments: ["minmax", "average", "percentile", "percentile:99.9", "mse", "entropy", "auto"])
    func methods(text: String) throws {
        let net = try net()
        let configuration = QuantizationConfiguration(calibration: try RangeChoice(parsing: text))
        #expect(try net.quantized(configuration, on: net.samples(32)).decibels(on: net.samples(16, seed: 3)) > 15)
    }

    @Test("Entropy and percentile leave outliers out, minmax does not")
    func outliers() throws {
        let net = try net()
        var samples = try net.samples(64).samples
        var values = try #require(samples[20].tensors["x"]).floats()
        values[100] = 60
        samples[20].tensors["x"] = try Tensor(values, shape: [1, 4, 8, 8])
        func upper(_ text: String) throws -> Double {
            let configuration = QuantizationConfiguration(calibration: try RangeChoice(parsing: text))
            return try #require(try net.quantized(configuration, on: SampleArray(samples)).ranges["x"]).upperBound
        }
        #expect(try upper("minmax") == 60)
        #expect(try upper("entropy") < 40)
        #expect(try upper("percentile:99.9") < 6)
        #expect(try upper("mse") <= 60)
    }

    @Test("The range that auto takes for a value is that with the best SQNR behind its readers")
    func auto() throws {
        let net = try net()
        var samples = try net.samples(64).samples
        var values = try #require(samples[20].tensors["x"]).floats()
        values[100] = 200
        samples[20].tensors["x"] = try Tensor(values, shape: [1, 4, 8, 8])
        let auto = QuantizationConfiguration(calibration: .auto)
        // The outlier carries most of the signal: leaving it out would cost more than the finer steps gain.
        #expect(try #require(net.quantized(auto, on: SampleArray(samples)).ranges["x"]).upperBound > 150)
        #expect(try #require(net.quantized(auto, on: net.samples(64)).ranges["x"]).upperBound > 3)
    }
}
