import BitdepthFormats
import BitdepthGraphs
import BitdepthPasses
import BitdepthQuantization
import BitdepthRuntime
import BitdepthTensors
import Testing

/// Operators that the operator set of a file lacks, in the middle of a quantized network.
@Suite("Composite operators in quantized files") struct CompositeTests {
    static let activations: [(op: OperatorName, attributes: KeyValuePairs<String, Attribute>)] = [
        ("Gelu", [:]), ("Gelu", ["approximate": .text("tanh")]), ("Swish", [:]), ("Swish", ["alpha": .float(1.702)]),
        ("HardSwish", [:]), ("Mish", [:]),
    ]

    private func net() throws -> Net {
        var net = try Net()
        var value: ValueName = "x"
        for (number, activation) in CompositeTests.activations.enumerated() {
            value = try net.conv("conv\(number)", value, 4, 4)
            value = net.add(activation.op, "activation\(number)", [value], activation.attributes)
        }
        net.output(try net.conv("last", value, 4, 4))
        return net
    }

    private func readAgain(_ model: ModelGraph, opset: Int) throws -> ModelGraph {
        let folder = try TemporaryFolder()
        var model = model
        model.sourceOpset = opset
        try ONNX.write(model, to: folder.file("q.onnx"))
        let again = try ONNX.read(folder.file("q.onnx"))
        #expect(again.sourceOpset == opset)
        return again
    }

    @Test("Spelled out in a file of operator set 13 they are tables again, and nothing else changes")
    func tables() throws {
        let net = try net()
        let samples = try net.samples(4)
        let model = try net.quantized(on: samples).model
        let latest = try CompiledGraph(try readAgain(model, opset: OpsetUpgrade.latest).graph)
        let old = try readAgain(model, opset: 13).graph
        #expect(old.count("Erf") == 1 && old.count("Tanh") == 2 && old.count("Sigmoid") == 2)
        #expect(old.count("Gelu") + old.count("Swish") + old.count("HardSwish") + old.count("Mish") == 0)
        #expect(old.count("QuantizeLinear") == model.graph.count("QuantizeLinear"))
        let compiled = try CompiledGraph(old)
        for index in 0..<samples.count {
            let inputs = try samples.sample(at: index).tensors
            #expect(try compiled.makeSession().run(inputs) == latest.makeSession().run(inputs))
        }
        let program = try compiled.program(for: try samples.sample(at: 0).tensors)
        let steps = program.descriptions.filter { $0.node.hasPrefix("activation") }
        #expect(steps.count == CompositeTests.activations.count)
        #expect(steps.allSatisfy { $0.arithmetic == .integer && $0.kernel.hasPrefix("table ") })
        #expect(!program.descriptions.contains { $0.arithmetic == .float })
    }

    /// tanh-GELU, SiLU and hard-swish as exporters for operator set 13 write them.
    private func spelledNet() throws -> Net {
        var net = try Net()
        for (name, number) in [
            ("half", 0.5), ("one", 1), ("three", 3), ("six", 6), ("bend", 0.044715), ("root", 0.7978845608),
            ("zero", 0),
        ] as [(String, Float)] {
            net.graph.initializers[ValueName(name)] = try Tensor(scalar: number)
        }
        let a = try net.conv("a", "x", 4, 4)
        let cube = net.add("Pow", "cube", [a, "three"])
        let bent = net.add("Add", "bent", [a, net.add("Mul", "bending", [cube, "bend"])])
        let tanh = net.add("Tanh", "tanh", [net.add("Mul", "scaled", [bent, "root"])])
        let gated = net.add("Mul", "gated", [a, net.add("Add", "gate", [tanh, "one"])])
        let b = try net.conv("b", net.add("Mul", "gelu", [gated, "half"]), 4, 4)
        let c = try net.conv("c", net.add("Mul", "silu", [b, net.add("Sigmoid", "sigmoid", [b])]), 4, 4)
        let bounded = net.add("Clip", "bounded", [net.add("Add", "shifted", [c, "three"]), "zero", "six"])
        let swish = net.add("Div", "swish", [net.add("Mul", "product", [c, bounded]), "six"])
        net.output(try net.conv("d", swish, 4, 4))
        return net
    }

    @Test("In a model of operator set 13 no QuantizeLinear stands inside an activation, and the file stays one of 13")
    func oldModel() throws {
        let net = try spelledNet()
        let samples = try net.samples(4)
        var model = net.model
        model.sourceOpset = 13
        let quantization = try Quantizer(.int8).quantize(model, calibratedOn: samples)
        #expect(
            quantization.plan.decisions.map(\.operatorType) == [
                "Conv", "Gelu", "Conv", "Swish", "Conv", "HardSwish", "Conv",
            ])
        #expect(quantization.plan.decisions.allSatisfy { $0.isInteger })
        let again = try readAgain(quantization.model, opset: 13).graph
        // Input, three sums, three activations; the last sum is the output.
        #expect(again.count("QuantizeLinear") == quantization.model.graph.count("QuantizeLinear"))
        let inputs = try samples.sample(at: 0).tensors
        #expect(
            try CompiledGraph(again).makeSession().run(inputs)
                == CompiledGraph(quantization.model.graph).makeSession().run(inputs))
        #expect(try quantization.decibels(on: samples) > 25)
    }

    @Test("A forecast sees the activations that will be fused, whatever the operator set")
    func forecast() throws {
        let graph = try spelledNet().graph
        let forecast = try QuantizationForecast(graph, facts: try ShapeInference.facts(of: graph))
        let outcomes = Dictionary(uniqueKeysWithValues: zip(graph.nodes.map(\.name), forecast.outcomes))
        for name in ["a", "gelu", "b", "silu", "c", "swish", "d"] { #expect(outcomes[name] == .quantized) }
        for name in ["tanh", "sigmoid", "bounded"] { #expect(outcomes[name] == .fused(into: "its neighbours")) }
    }

    @Test("A forecast follows the passes that quantization begins with: a mean over pixels is a pool")
    func forecastOfPool() throws {
        var net = try Net()
        let conv = try net.conv("conv", "x", 4, 4)
        let axes = try net.constant("axes", integers: [2, 3])
        net.output(net.add("ReduceMean", "mean", [conv, axes]))
        let forecast = try QuantizationForecast(net.graph, facts: try ShapeInference.facts(of: net.graph))
        let plan = try net.quantized().plan
        #expect(forecast.outcomes == [plan.outcome("conv"), plan.outcome("mean")])
        #expect(plan.decisions.contains { $0.operatorType == "GlobalAveragePool" })
    }
}
