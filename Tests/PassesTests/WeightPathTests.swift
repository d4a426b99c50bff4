import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Weights that arrive through other nodes")
struct WeightPathTests {
    private func run(_ graph: Graph) throws -> Graph {
        try expectUnchanged(graph, by: { try PassPipeline.standard.run(&$0).changes }).graph
    }

    @Test("A weight through Constant, Identity, Cast, Reshape and Transpose is a weight, and what follows folds")
    func moved() throws {
        var maker = try GraphMaker(input: [2, 3, 4, 4], seed: 53)
        let values = try Tensor(maker.numbers.floats(24), shape: [24]).converted(to: .float16)
        var weight = maker.add("Constant", [], ["value": .tensor(values)])
        weight = maker.add("Cast", [maker.add("Identity", [weight])], ["to": .int(1)])
        weight = maker.add("Reshape", [weight, try maker.constant([2, 2, 3, 2])])
        weight = maker.add("Transpose", [weight], ["perm": .ints([3, 2, 0, 1])])
        let conv = maker.add("Conv", ["x", weight])
        maker.output(maker.add("Relu", [try maker.batchNorm(conv, channels: 2)]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Conv", "Relu"])
        #expect(graph.constant(of: graph.nodes[0].input(1))?.shape.dimensions == [2, 3, 2, 2])
    }

    @Test("A weight that a convolution and a product read is folded for one of them only")
    func shared() throws {
        var maker = try GraphMaker(input: [2, 4, 1, 1], seed: 59)
        let weight = try maker.weight([4, 4])
        let kernel = maker.add("Reshape", [weight, try maker.constant([4, 4, 1, 1])])
        let conv = try maker.batchNorm(maker.add("Conv", ["x", kernel]), channels: 4)
        maker.output(maker.add("MatMul", [maker.add("Flatten", [conv]), weight]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Conv", "Flatten", "MatMul"])
        #expect(graph.initializers[weight] == maker.graph.initializers[weight])
    }

    private func quantized(scales: Int, axis: Int) throws -> (GraphMaker, ValueName) {
        var maker = try GraphMaker(input: [2, 3], seed: 61)
        let codes = maker.constant(try Tensor((0..<12).map { Int8($0 * 20 - 120) }, shape: [4, 3]))
        let scale = try maker.random(scales == 1 ? [] : [scales], in: 0.01...0.02)
        let zero = maker.constant(
            try Tensor([Int8](repeating: 3, count: scales), shape: scales == 1 ? [] : [scales]))
        let weight = maker.add("DequantizeLinear", [codes, scale, zero], ["axis": .int(axis)])
        return (maker, weight)
    }

    @Test("A quantized weight behind a Transpose stays quantized, its axis mapped", arguments: [1, 4], [0, -2])
    func transposed(scales: Int, axis: Int) throws {
        var (maker, weight) = try quantized(scales: scales, axis: axis)
        let turned = maker.add("Transpose", [weight], ["perm": .ints([1, 0])])
        maker.output(maker.add("MatMul", ["x", turned]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["DequantizeLinear", "MatMul"])
        #expect(scales == 1 || graph.nodes[0].attributes["axis"] == .int(1))
        let codes = try #require(graph.constant(of: graph.nodes[0].input(0)))
        #expect(codes.type == .int8 && codes.shape.dimensions == [3, 4])
        #expect(try codes.integers() == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map { $0 * 20 - 120 })
    }

    @Test("A quantized weight is reshaped as codes where it has one scale; per channel it is left alone")
    func reshaped() throws {
        for (scales, operators) in [
            (1, ["DequantizeLinear", "MatMul"]), (4, ["DequantizeLinear", "Reshape", "MatMul"]),
        ] {
            var (maker, weight) = try quantized(scales: scales, axis: 0)
            let shape = try maker.constant([3, 4])
            maker.output(maker.add("MatMul", ["x", maker.add("Reshape", [weight, shape])]))
            #expect(try run(maker.graph).operators == operators)
        }
    }

    @Test("Masks of −∞ pass through folding as they are")
    func masks() throws {
        var maker = try GraphMaker(input: [1, 4, 4], seed: 67)
        let upper = maker.add(
            "Trilu", [try maker.constant([Float](repeating: 1, count: 16), [4, 4])], ["upper": .int(0)])
        let allowed = maker.add("Cast", [upper], ["to": .int(9)])
        let mask = maker.add("Where", [allowed, try maker.scalar(0), try maker.scalar(-.infinity)])
        maker.output(maker.add("Softmax", [maker.add("Add", ["x", mask])]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Add", "Softmax"])
        #expect(try graph.floats(of: graph.nodes[0].input(1)).count { $0 == -.infinity } == 6)
    }
}
