import BitdepthDataSources
import BitdepthEvaluation
import BitdepthFormats
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("QuantizeLinear and DequantizeLinear in the graph") struct InsertionTests {
    /// Convolutions, a residual addition, pooling, concatenation and a dense layer.
    private func everything() throws -> Net {
        var net = try Net()
        let a = net.add("Relu", "a.relu", [try net.conv("a", "x", 4, 4)])
        let sum = net.add("Add", "sum", [try net.conv("b", a, 4, 4), a])
        let big = net.add("MaxPool", "big", [sum], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        let mean = net.add("AveragePool", "mean", [sum], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        let joined = net.add("Concat", "joined", [big, mean], ["axis": .int(1)])
        let c = net.add("Relu", "c.relu", [try net.conv("c", joined, 8, 4, kernel: 1)])
        let flat = net.add("Flatten", "flat", [net.add("GlobalAveragePool", "pooled", [c])])
        net.output(
            net.add(
                "Gemm", "y", [flat, try net.random("y.w", [3, 4]), try net.random("y.b", [3])], ["transB": .int(1)]))
        return net
    }

    @Test("Every quantized value has exactly one pair, and integer operators read nothing else")
    func pairs() throws {
        let quantization = try everything().quantized()
        let graph = quantization.model.graph
        #expect(graph.count("QuantizeLinear") == quantization.plan.quantizedValues.count)
        // One DequantizeLinear for each pair, one for each weight and each bias.
        let constants = quantization.plan.weights.count + quantization.plan.biases.count
        #expect(graph.count("DequantizeLinear") == quantization.plan.quantizedValues.count + constants)
        #expect(quantization.plan.biases.count == 4)
        for node in graph.nodes where node.op == "Conv" || node.op == "Add" || node.op == "Gemm" || node.op == "Concat"
        {
            for input in node.inputs { #expect(graph.producer(of: input)?.op == "DequantizeLinear", "\(node.label)") }
        }
    }

    @Test("Scale and zero point are the same on both sides of what only moves data")
    func movement() throws {
        let graph = try everything().quantized().model.graph
        for name in ["big", "flat"] {
            let before = try graph.parameters(ofInput: 0, of: name)
            let behind = try graph.parameters(ofResultOf: name)
            #expect(before.scales == behind.scales, "\(name)")
            #expect(before.zeroPoints == behind.zeroPoints, "\(name)")
        }
    }

    @Test("Parts of a Concat have its parameters")
    func sharing() throws {
        var net = try Net()
        let joined = net.add(
            "Concat", "joined", [try net.conv("a", "x", 4, 4), try net.conv("b", "x", 4, 2)], ["axis": .int(1)])
        net.output(try net.conv("c", joined, 6, 4))
        let graph = try net.quantized().model.graph
        let result = try graph.parameters(ofResultOf: "joined")
        for part in 0..<2 { #expect(try graph.parameters(ofInput: part, of: "joined") == result) }
    }

    @Test(
        "A value behind a fused Relu has range minimum 0: its zero point is the smallest code",
        arguments: [true, false])
    func relu(unsigned: Bool) throws {
        let graph = try everything().quantized(
            QuantizationConfiguration(activations: unsigned ? .uint8Activations : .int8Activations)
        ).model.graph
        let parameters = try graph.parameters(ofResultOf: "a")
        #expect(parameters.zeroPoints == [unsigned ? 0 : -128])
        #expect(parameters.type == (unsigned ? .uint8 : .int8))
        #expect(parameters.scales[0] > 0)
    }

    @Test("Inputs and outputs keep their names, types and order")
    func ports() throws {
        var net = try everything()
        net.output("sum", "a.relu")
        let graph = try net.quantized().model.graph
        #expect(graph.outputs.map(\.name) == ["y", "sum", "a.relu"])
        #expect(graph.inputs == net.graph.inputs)
        for name in ["y", "sum", "a.relu"] as [ValueName] {
            #expect(graph.producer(of: name)?.op == "DequantizeLinear")
        }
        #expect(try net.quantized().decibels("sum", on: net.samples()) > 30)
    }

    @Test("A float result that is an output too stays as it was; only integer readers see its codes")
    func floatOutput() throws {
        var net = try Net()
        let y = net.add("Sin", "y", ["x"])
        net.output(try net.conv("a", y, 4, 4), y, net.add("Softmax", "z", [y]))
        let quantization = try net.quantized()
        let graph = quantization.model.graph
        #expect(graph.producer(of: "y")?.op == "Sin")
        #expect(try graph.node("z").inputs == ["y"])
        #expect(graph.producer(of: try graph.node("a").input(0))?.op == "DequantizeLinear")
        #expect(try quantization.decibels("y", on: net.samples()) == .infinity)
    }

    @Test("An input that is an output too keeps working")
    func passedThrough() throws {
        var net = try Net()
        net.output(try net.conv("a", "x", 4, 4), "x")
        let quantization = try net.quantized()
        #expect(try quantization.decibels("x", on: net.samples()) == .infinity)
        #expect(try quantization.decibels("a", on: net.samples()) > 30)
    }

    @Test("A weight that several nodes read is stored once")
    func sharedWeight() throws {
        var net = try Net([1, 6, 6])
        let w = try net.random("w", [6, 6])
        net.output(net.add("MatMul", "b", [net.add("MatMul", "a", ["x", w]), w]))
        let graph = try net.quantized().model.graph
        #expect(
            graph.initializers.keys.filter { $0.text.hasPrefix("w") }.sorted() == [
                "w_quantized", "w_scale", "w_zero_point",
            ])
        #expect(try graph.node("a").input(1) == graph.node("b").input(1))
    }

    @Test("A float node reads the codes of a weight that other nodes have, unless it is to be kept float")
    func weightOfFloatNode() throws {
        var net = try Net([1, 6, 6])
        let w = try net.random("w", [6, 6])
        net.output(net.add("MatMul", "b", [net.add("Sin", "s", [net.add("MatMul", "a", ["x", w])]), w]))
        var planner = try Planner(
            net.graph, .int8, facts: try ShapeInference.facts(of: net.graph), forcedFloat: [2: "too loud"])
        let plan = planner.plan()
        #expect(plan.outcome("a") == .quantized && plan.reason("b") == "too loud")
        let parameters = try net.quantized().parameters
        for keepsFloat in [false, true] {
            var configuration = QuantizationConfiguration.int8
            if keepsFloat { configuration.keepFloat = [NodeSelector(.name("b"))] }
            var insertion = QDQInsertion(net.graph, plan, parameters, configuration)
            let graph = try insertion.run()
            try graph.validate()
            #expect((graph.initializers["w"] == nil) == !keepsFloat)
            #expect((try graph.node("b").input(1) == graph.node("a").input(1)) == !keepsFloat)
        }
    }

    @Test("An input that stands for a weight goes with the float weight")
    func listedInitializer() throws {
        var net = try Net()
        net.output(try net.conv("a", "x", 4, 4))
        net.graph.inputs.append(.init("a.w", TensorType(.float32, try Shape([4, 4, 3, 3]))))
        let graph = try net.quantized().model.graph
        #expect(graph.inputs.map(\.name) == ["x"])
        #expect(graph.initializers["a.w"] == nil)
    }

    @Test("Names that are taken already are not used again")
    func names() throws {
        var net = try Net()
        let a = try net.conv("x_QuantizeLinear_Output", "x", 4, 4)
        net.output(try net.conv("x_scale", a, 4, 4))
        let quantization = try net.quantized()
        try quantization.model.graph.validate()
        #expect(try quantization.decibels(on: net.samples()) > 25)
    }

    @Test("The engine finds integer kernels for all of it, and the written graph read again computes the same")
    func readAgain() throws {
        let net = try everything()
        let quantization = try net.quantized()
        let folder = try TemporaryFolder()
        try ONNX.write(quantization.model, to: folder.file("model.onnx"))
        let again = try ONNX.read(folder.file("model.onnx"))
        let first = try CompiledGraph(quantization.model.graph)
        let second = try CompiledGraph(again.graph)
        let samples = try net.samples(4, seed: 99)
        for sample in samples.samples {
            let expected = try first.makeSession().run(sample.tensors)
            #expect(try second.makeSession().run(sample.tensors) == expected)
        }
        let products = try first.program(for: samples.samples[0].tensors).multiplyAccumulates
        #expect(products.integer == products.total)
        #expect(try quantization.decibels(on: net.samples()) > 35)
    }
}
