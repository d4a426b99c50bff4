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

    @Test(
        "A layer of codes with 8-bit weights is the unfused graph's evaluation", arguments: RecurrentCase.Kind.allCases)
    func codes(_ kind: RecurrentCase.Kind) throws {
        for seed in 20..<32 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            var layer = RecurrentCase(kind, &maker.numbers)
            layer.isQuantized = true
            try maker.add(layer)
            try expectEqual(maker, kernel: "recurrent", seed: seed)
            try expectEqual(maker, kernel: "qgemm", seed: seed)
        }
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

    @Test("The products of codes count as integer work, those of the float state as float work")
    func multiplyAccumulates() throws {
        var layer = RecurrentCase(.lstm)
        (layer.steps, layer.batch, layer.input, layer.hidden) = (7, 2, 24, 10)
        (layer.direction, layer.isQuantized) = ("bidirectional", true)
        var maker = IslandMaker(seed: 4)
        try maker.add(layer)
        let found = try CompiledGraph(maker.graph).program(for: maker.inputs).multiplyAccumulates
        #expect(found.integer == 7 * 2 * 2 * 4 * 10 * 24)
        #expect(found.total == found.integer + 7 * 2 * 2 * 4 * 10 * 10)
    }

    @Test("Codes of the recurrent weights give the bits of the floats that they stand for")
    func dequantizedWeights() throws {
        var layer = RecurrentCase(.linearGRU)
        (layer.hidden, layer.isQuantized) = (19, true)
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
