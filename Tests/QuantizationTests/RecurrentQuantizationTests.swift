import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Quantization of recurrent layers") struct RecurrentQuantizationTests {
    /// Two layers, and a product of the second one's last state.
    private func net(_ op: OperatorName, direction: String = "forward", outputs: [Bool] = [true, true]) throws -> Net {
        let (gates, hidden) = (op == "LSTM" ? 4 : op == "GRU" ? 3 : 1, 24)
        let directions = direction == "bidirectional" ? 2 : 1
        var net = try Net([6, 2, 16])
        var x: ValueName = "x"
        for (name, input) in [("first", 16), ("second", 24)] {
            let isFirst = name == "first"
            let own = isFirst ? 1 : directions
            let operands = [
                x, try net.random("\(name).w", [own, gates * hidden, input], deviation: 0.3),
                try net.random("\(name).r", [own, gates * hidden, hidden], deviation: 0.15),
                try net.random("\(name).b", [own, 2 * gates * hidden], deviation: 0.2),
            ]
            _ = net.add(
                op, name, operands,
                ["hidden_size": .int(hidden), "direction": .text(isFirst ? "forward" : direction)])
            if isFirst { x = net.add("Squeeze", "squeezed", ["first", try net.constant("axes", integers: [1])]) }
        }
        let last = net.graph.nodes.count - 1
        net.graph.nodes[last].outputs = [outputs[0] ? "second" : nil, outputs[1] ? "state" : nil]
        net.output(outputs[1] ? "state" : "second")
        return net
    }

    @Test(
        "Input and weights carry codes, with a scale for each row of each gate; results stay float",
        arguments: ["LSTM", "GRU", "RNN"])
    func insertion(op: String) throws {
        let net = try net(OperatorName(op), direction: "bidirectional")
        let plan = try net.plan()
        #expect(plan.outcome("first") == .quantized && plan.outcome("second") == .quantized)
        #expect(plan.quantizedValues == ["x", "squeezed"])
        #expect(plan.weights.map(\.name) == ["first.w", "first.r", "second.w", "second.r"])
        #expect(plan.weights.allSatisfy { $0.axis == 1 })
        #expect(plan.biases.isEmpty)
        let graph = try net.quantized().model.graph
        let layer = try #require(graph.nodes.first { $0.name == "second" })
        for index in 1...2 {
            let dequantize = try #require(graph.producer(of: layer.input(index)))
            #expect(dequantize.op == "DequantizeLinear")
            let codes = try graph.initializer(dequantize.input(0))
            let scales = try graph.initializer(dequantize.input(1))
            #expect(codes.type == .int8 && scales.count == codes.shape[1])
        }
        #expect(graph.outputs.map(\.name) == ["state"])
    }

    @Test(
        "A quantized layer runs all its products on integers, close to the float layer", arguments: ["LSTM", "GRU"])
    func accuracy(op: String) throws {
        let net = try net(OperatorName(op))
        let quantization = try net.quantized()
        let sample = try net.samples(1, seed: 99).sample(at: 0).tensors
        let compiled = try CompiledGraph(quantization.model.graph)
        let work = try compiled.work(for: sample)
        let integers = work.descriptions.filter { $0.arithmetic == .integer && $0.operatorType == op }
        #expect(integers.count == 4)
        #expect(integers.filter { $0.kernel.hasPrefix("qrecurrent") }.count == 2)
        #expect(!work.descriptions.contains { $0.kernel == "reference" })
        let found = try #require(try compiled.makeSession().run(sample)["state"]).doubles()
        let expected = try #require(try CompiledGraph(net.graph).makeSession().run(sample)["state"]).doubles()
        let noise = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let signal = expected.reduce(0) { $0 + $1 * $1 }
        #expect(signal > 0 && noise < signal * 1e-3, "noise \(noise), signal \(signal)")
    }

    @Test("A layer whose last state alone is read is quantized too")
    func stateAlone() throws {
        #expect(try net("LSTM", outputs: [false, true]).plan().outcome("second") == .quantized)
    }

    @Test("Layers that are to stay float do, with the reason")
    func keptFloat() throws {
        let plan = try net("GRU").plan(QuantizationConfiguration(recurrent: .float))
        #expect(plan.reason("first") == "recurrent layers stay float")
        #expect(plan.reason("second") == "recurrent layers stay float")
    }

    private static let asScan = QuantizationConfiguration(recurrent: .static)

    @Test(
        "As a Scan the cell has scales inside: weights row by row, the state's from all steps",
        arguments: [("LSTM", "forward"), ("LSTM", "bidirectional"), ("GRU", "bidirectional"), ("RNN", "reverse")])
    func staticInsertion(op: String, direction: String) throws {
        let quantization = try net(OperatorName(op), direction: direction).quantized(Self.asScan)
        let graph = quantization.model.graph
        let scans = graph.nodes.filter { $0.op == "Scan" }
        #expect(scans.count == (direction == "bidirectional" ? 3 : 2))
        #expect(!graph.nodes.contains { $0.op.type == op })
        for scan in scans {
            let body = try #require(scan.subgraphs.first)
            let product = try #require(body.nodes.first { $0.op == "MatMul" })
            let (state, weights) = (body.producer(of: product.input(0)), body.producer(of: product.input(1)))
            #expect(state?.op == "DequantizeLinear" && weights?.op == "DequantizeLinear")
            let codes = try body.initializer(weights?.input(0))
            let scales = try body.initializer(weights?.input(1))
            #expect(codes.type == .int8 && scales.count == codes.shape[1])
            // The first state is zero in every sample: its range is that of the later ones.
            let scale = try body.initializer(state?.input(1)).floats()[0]
            #expect(scale > 0.1 / 255 && scale <= 2 / 255)
        }
    }

    @Test(
        "A Scan with scales inside is close to the float layer, and all its products are integer",
        arguments: [("LSTM", "forward"), ("LSTM", "bidirectional"), ("GRU", "forward"), ("GRU", "bidirectional")])
    func staticAccuracy(op: String, direction: String) throws {
        let net = try net(OperatorName(op), direction: direction)
        let quantization = try net.quantized(Self.asScan)
        let samples = try net.samples(8, seed: 99)
        let decibels = try quantization.decibels(on: samples)
        #expect(decibels > 25, "\(decibels) dB")
        let compiled = try CompiledGraph(quantization.model.graph)
        let work = try compiled.work(for: try samples.sample(at: 0).tensors)
        #expect(work.multiplyAccumulates.integer == work.multiplyAccumulates.total)
        #expect(work.multiplyAccumulates.total > 0)
    }

    @Test("A layer that cannot be a Scan keeps its node and quantized weights, and a note says why")
    func staticFallback() throws {
        var net = try net("LSTM")
        let lengths = try Tensor([6, 4] as [Int32])
        net.graph.initializers["lengths"] = lengths
        net.graph.nodes[0].inputs.append("lengths")
        let quantization = try net.quantized(Self.asScan)
        #expect(quantization.model.graph.nodes.filter { $0.op == "LSTM" }.map(\.name) == ["first"])
        #expect(quantization.plan.outcome("first") == .quantized)
        #expect(
            quantization.notes.contains(
                "LSTM \"first\" is written as itself, not as a Scan: its sequences have lengths of their own"))
    }
}
