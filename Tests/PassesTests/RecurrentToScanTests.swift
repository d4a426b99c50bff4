import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthPasses

@Suite("Recurrent layers as Scan")
struct RecurrentToScanTests {
    private struct Layer: Sendable {
        var op: OperatorName
        var attributes: [String: Attribute] = [:]
        var direction = "forward"
        var isBatchFirst = false
        var hasStates = false
        var hasPeepholes = false
        var lengths: [Int32]?

        var gates: Int { op == "RNN" ? 1 : op == "GRU" ? 3 : 4 }
        var states: Int { op == "LSTM" ? 2 : 1 }
    }

    private static let layers = [
        Layer(op: "RNN"),
        Layer(op: "RNN", attributes: ["activations": .strings([Array("ThresholdedRelu".utf8)])], hasStates: true),
        Layer(op: "RNN", attributes: ["activations": .strings([Array("ScaledTanh".utf8)])]),
        Layer(op: "GRU", direction: "reverse", hasStates: true),
        Layer(op: "GRU", attributes: ["linear_before_reset": .int(1)], direction: "bidirectional", isBatchFirst: true),
        Layer(op: "GRU", attributes: ["clip": .float(0.4)], hasStates: true),
        Layer(op: "LSTM"),
        Layer(op: "LSTM", direction: "bidirectional", isBatchFirst: true, hasStates: true),
        Layer(op: "LSTM", attributes: ["input_forget": .int(1)], direction: "reverse", lengths: [5, 5]),
        Layer(
            op: "LSTM",
            attributes: ["activations": .strings(["HardSigmoid", "Affine", "LeakyRelu"].map { Array($0.utf8) })],
            hasPeepholes: true),
    ]

    /// Five steps of two sequences, three numbers in and four units.
    private func graph(_ layer: Layer) throws -> Graph {
        let (steps, batch, input, hidden) = (5, 2, 3, 4)
        let directions = layer.direction == "bidirectional" ? 2 : 1
        var maker = try GraphMaker(input: layer.isBatchFirst ? [batch, steps, input] : [steps, batch, input], seed: 3)
        let rows = layer.gates * hidden
        var inputs: [ValueName?] = [
            "x", try maker.random([directions, rows, input]), try maker.random([directions, rows, hidden]),
            try maker.random([directions, 2 * rows]), try layer.lengths.map { maker.constant(try Tensor($0)) },
        ]
        let state = layer.isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
        for _ in 0..<layer.states { inputs.append(layer.hasStates ? try maker.random(state) : nil) }
        if layer.hasPeepholes { inputs.append(try maker.random([directions, 3 * hidden])) }
        let outputs = (0...layer.states).map { ValueName("y\($0)") }
        var node = Node(layer.op, name: "layer", inputs: inputs, outputs: outputs)
        for (name, value) in layer.attributes { node.attributes[name] = value }
        node.attributes["direction"] = .text(layer.direction)
        node.attributes["layout"] = .int(layer.isBatchFirst ? 1 : 0)
        maker.graph.nodes.append(node)
        for output in outputs { maker.output(output) }
        return maker.graph
    }

    @Test("A layer and its Scan give the same floats to 1e-6", arguments: layers.indices)
    func values(_ index: Int) throws {
        let graph = try graph(Self.layers[index])
        var rewritten = graph
        #expect(try RecurrentToScan().run(&rewritten) == 1)
        #expect(!rewritten.nodes.contains { RecurrentToScan.operators.contains($0.op) })
        try rewritten.validate()
        var numbers = SeededNumbers(seed: 8)
        let shape = try #require(graph.inputs[0].type?.shape.shape)
        let x = try Tensor(numbers.floats(shape.count, in: -2...2), shape: shape)
        let expected = try Interpreter(graph).run(["x": x])
        let found = try Interpreter(rewritten).run(["x": x])
        #expect(found.count == expected.count)
        for (name, tensor) in expected {
            let other = try #require(found[name])
            #expect(other.shape == tensor.shape)
            let differences = zip(try other.doubles(), try tensor.doubles()).map { abs($0 - $1) / max(1, abs($1)) }
            #expect((differences.max() ?? 1) <= 1e-6, "\(name)")
        }
    }

    @Test("Where the batch is known only in running, first states are made of its extent", arguments: [false, true])
    func unknownBatch(isBatchFirst: Bool) throws {
        var graph = try graph(Layer(op: "GRU", isBatchFirst: isBatchFirst))
        let expected = graph
        let free = PartialShape([.symbol("batch"), .symbol("steps"), .known(3)])
        graph.inputs[0].type = TensorType(.float32, free)
        #expect(try RecurrentToScan().run(&graph) == 1)
        let x = try Tensor((0..<30).map { Float($0) * 0.1 - 1 }, shape: isBatchFirst ? [2, 5, 3] : [5, 2, 3])
        let (found, values) = (try Interpreter(graph).run(["x": x]), try Interpreter(expected).run(["x": x]))
        for (name, tensor) in values {
            let pairs = zip(try #require(found[name]).doubles(), try tensor.doubles())
            #expect(pairs.allSatisfy { abs($0 - $1) < 1e-6 }, "\(name)")
        }
    }

    @Test("The body holds matrix products and element-wise operators, the input's product stands outside")
    func structure() throws {
        var graph = try graph(Layer(op: "LSTM"))
        _ = try RecurrentToScan().run(&graph)
        #expect(graph.nodes.count { $0.op == "MatMul" } == 1)
        let body = try #require(graph.nodes.first { $0.op == "Scan" }?.subgraphs.first)
        let operators = Set(body.nodes.map(\.op.type))
        #expect(operators == ["MatMul", "Add", "Split", "Sigmoid", "Tanh", "Mul", "Identity"])
        #expect(body.capturedValues.isEmpty)
    }

    @Test("Layers with sequences of other lengths, or with computed weights, are left alone")
    func leftAlone() throws {
        var shorter = try graph(Layer(op: "GRU", lengths: [5, 3]))
        #expect(try RecurrentToScan.obstacles(in: shorter).map(\.reason) == ["its sequences have lengths of their own"])
        #expect(try RecurrentToScan().run(&shorter) == 0)
        var computed = try graph(Layer(op: "GRU"))
        let weight = try #require(computed.nodes[0].input(2))
        computed.inputs.append(.init(weight, computed.initializers[weight].map { TensorType(of: $0) }))
        let reasons = try RecurrentToScan.obstacles(in: computed).map(\.reason)
        #expect(reasons == ["its weights are no FP32 constants of its shape"])
        #expect(try RecurrentToScan().run(&computed) == 0)
        #expect(computed.nodes.map(\.op) == ["GRU"])
    }
}
