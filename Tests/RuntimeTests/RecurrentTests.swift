import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Recurrent layers in kernels")
struct RecurrentKernelGraphTests {
    @Test("A float layer is its reference evaluation", arguments: RecurrentCase.Kind.allCases)
    func floats(_ kind: RecurrentCase.Kind) throws {
        for seed in 0..<16 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            try maker.add(RecurrentCase(kind, &maker.numbers))
            try expectEqual(maker, kernel: "recurrent", seed: seed)
        }
    }

    /// The state has 16 bits where its weights have 8.
    private static let codedBound = 2e-4

    @Test(
        "A layer of codes with 8-bit weights is the unfused graph's evaluation", arguments: RecurrentCase.Kind.allCases)
    func codes(_ kind: RecurrentCase.Kind) throws {
        for seed in 20..<32 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            var layer = RecurrentCase(kind, &maker.numbers)
            layer.isQuantized = true
            try maker.add(layer)
            let kernel = layer.activations.isEmpty ? "qrecurrent" : nil
            try expectEqual(maker, kernel: kernel, floatBound: Self.codedBound, seed: seed)
            try expectEqual(maker, kernel: "qgemm", floatBound: Self.codedBound, seed: seed)
        }
    }

    @Test(
        "The recurrence runs on codes where functions bound the state",
        arguments: [
            (RecurrentCase.Kind.lstm, ["Sigmoid", "Relu", "Tanh"], true),
            (.lstm, ["HardSigmoid", "Tanh", "Softsign"], true),
            (.lstm, ["Sigmoid", "Tanh", "Relu"], false), (.lstm, ["Affine", "Tanh", "Tanh"], false),
            (.gru, ["Sigmoid", "Tanh"], true), (.gru, ["Tanh", "Tanh"], false),
            (.linearGRU, ["Sigmoid", "Relu"], false),
            (.rnn, ["ScaledTanh"], true), (.rnn, ["LeakyRelu"], false),
        ])
    func boundedFunctions(_ kind: RecurrentCase.Kind, _ names: [String], _ isCoded: Bool) throws {
        var layer = RecurrentCase(kind)
        (layer.isQuantized, layer.activations) = (true, names)
        var maker = IslandMaker(seed: 8)
        try maker.add(layer)
        try expectEqual(maker, kernel: isCoded ? "qrecurrent" : "recurrent", floatBound: Self.codedBound)
    }

    @Test("First states far beyond 1 are as exact, in parts of them", arguments: RecurrentCase.Kind.allCases)
    func largeFirstStates(_ kind: RecurrentCase.Kind) throws {
        var layer = RecurrentCase(kind)
        (layer.isQuantized, layer.hasStates, layer.batch) = (true, true, 3)
        var maker = IslandMaker(seed: 9)
        try maker.add(layer)
        for (name, tensor) in maker.inputs where tensor.type == .float32 && tensor.shape.dimensions[0] == 1 {
            maker.inputs[name] = try Tensor(try tensor.floats().map { $0 * 5 }, shape: tensor.shape.dimensions)
        }
        try expectEqual(maker, kernel: "qrecurrent", floatBound: 5 * Self.codedBound)
    }

    @Test("The largest code of a state is the largest with which sums of products fit 32 bits")
    func limits() {
        #expect(RecurrentCodes.largestLimit([127, -127, 0, 1], row: 2) == 32767)
        #expect(RecurrentCodes.largestLimit([Int](repeating: -127, count: 600), row: 600) == 28182)
        #expect(RecurrentCodes.largestLimit([0, 0], row: 2) == 32767)
    }

    @Test(
        "Wide layers give the same bits however their units and sequences are shared out",
        arguments: RecurrentCase.Kind.allCases, [1, 5])
    func threads(_ kind: RecurrentCase.Kind, batch: Int) throws {
        var layer = RecurrentCase(kind)
        (layer.steps, layer.batch, layer.input, layer.hidden) = (3, batch, 16, 200)
        (layer.direction, layer.isQuantized) = ("bidirectional", true)
        var maker = IslandMaker(seed: 3)
        try maker.add(layer)
        let alone = try CompiledGraph(maker.graph, threads: 1).makeSession().run(maker.inputs)
        for threads in 2...4 {
            let found = try CompiledGraph(maker.graph, threads: threads).makeSession().run(maker.inputs)
            #expect(found == alone, "\(threads) threads")
        }
    }

    @Test("The products of the input and of the state count as integer work, where both are codes")
    func multiplyAccumulates() throws {
        var layer = RecurrentCase(.lstm)
        (layer.steps, layer.batch, layer.input, layer.hidden) = (7, 2, 24, 10)
        (layer.direction, layer.isQuantized) = ("bidirectional", true)
        func work(_ layer: RecurrentCase) throws -> (total: Int, integer: Int) {
            var maker = IslandMaker(seed: 4)
            try maker.add(layer)
            return try CompiledGraph(maker.graph).program(for: maker.inputs).multiplyAccumulates
        }
        let coded = try work(layer)
        #expect(coded.integer == 7 * 2 * 2 * 4 * 10 * (24 + 10) && coded.total == coded.integer)
        layer.activations = ["Sigmoid", "Tanh", "Relu", "Sigmoid", "Tanh", "Tanh"]
        let unbounded = try work(layer)
        #expect(unbounded.integer == 7 * 2 * 2 * 4 * 10 * 24 && unbounded.total == coded.total)
    }

    @Test("Where the state is not bounded, codes of its weights give the bits of the floats that they stand for")
    func dequantizedWeights() throws {
        var layer = RecurrentCase(.linearGRU)
        (layer.hidden, layer.isQuantized, layer.activations) = (19, true, ["Sigmoid", "Relu"])
        var maker = IslandMaker(seed: 5)
        try maker.add(layer)
        let found = try CompiledGraph(maker.graph).makeSession().run(maker.inputs)
        let r = try #require(maker.graph.nodes.last?.input(2))
        maker.graph.initializers["plain"] = try maker.expected([r])[r]
        maker.graph.nodes[maker.graph.nodes.count - 1].inputs[2] = "plain"
        #expect(try CompiledGraph(maker.graph).makeSession().run(maker.inputs) == found)
    }

    @Test("Functions without a kernel run by the reference", arguments: ["Softplus", "Elu"])
    func otherFunctions(_ name: String) throws {
        var layer = RecurrentCase(.rnn)
        layer.activations = [name]
        var maker = IslandMaker(seed: 6)
        try maker.add(layer)
        try expectEqual(maker, kernel: "reference", allowsReference: true)
    }

    @Test("A length that the sequences do not have is an error", arguments: [-1, 5])
    func wrongLength(_ length: Int) throws {
        var layer = RecurrentCase(.gru)
        layer.lengths = [length]
        var maker = IslandMaker(seed: 7)
        try maker.add(layer)
        let session = try CompiledGraph(maker.graph).makeSession()
        let error = #expect(throws: BitdepthError.self) { _ = try session.run(maker.inputs) }
        #expect(error?.code == .valueOutOfRange)
        #expect(error?.message == "a sequence of 4 steps cannot have length \(length)")
    }
}
