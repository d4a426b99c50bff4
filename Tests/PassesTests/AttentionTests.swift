import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Folding attention scales")
struct AttentionTests {
    private static let (length, width, heads) = (5, 8, 2)

    /// A projection split into heads: `[2, 5, 8]` → `[2, 2, 5, 4]`, or `[2, 2, 4, 5]` for keys.
    private func projection(_ maker: inout GraphMaker, key: Bool = false, bias: Bool = true) throws -> ValueName {
        var value = maker.add("MatMul", ["x", try maker.weight([Self.width, Self.width])])
        if bias { value = maker.add("Add", [try maker.random([Self.width]), value]) }
        let split = maker.add("Reshape", [value, try maker.constant([0, 0, 2, 4])])
        return maker.add("Transpose", [split], ["perm": .ints(key ? [0, 2, 3, 1] : [0, 2, 1, 3])])
    }

    /// Scores, mask, Softmax and the product with the values.
    private func attention(
        masked: Bool = false, _ scores: (inout GraphMaker) throws -> ValueName
    ) throws -> Graph {
        var maker = try GraphMaker(input: [2, Self.length, Self.width], seed: 47)
        var result = try scores(&maker)
        if masked {
            let mask = (0..<25).map { $0 % 5 > $0 / 5 ? -Float.infinity : 0 }
            result = maker.add("Add", [result, try maker.constant(mask, [1, 1, 5, 5])])
        }
        let weights = maker.add("Softmax", [result], ["axis": .int(-1)])
        let mixed = maker.add("MatMul", [weights, try projection(&maker)])
        let joined = maker.add("Transpose", [mixed], ["perm": .ints([0, 2, 1, 3])])
        maker.output(maker.add("Reshape", [joined, try maker.constant([0, 0, 8])]))
        return maker.graph
    }

    private func run(_ graph: Graph) throws -> Graph {
        try expectUnchanged(graph, by: { try PassPipeline.standard.run(&$0).changes }).graph
    }

    @Test(
        "A scale on the scores, as factor or divisor, goes into a projection", arguments: [false, true], [false, true])
    func behind(divides: Bool, masked: Bool) throws {
        let graph = try attention(masked: masked) { maker in
            let (query, key) = (try projection(&maker), try projection(&maker, key: true))
            let scores = maker.add("MatMul", [query, key])
            return maker.add(divides ? "Div" : "Mul", [scores, try maker.scalar(divides ? 2 : 0.5)])
        }
        let result = try run(graph)
        #expect(result.count(of: "Mul") == 0 && result.count(of: "Div") == 0)
        #expect(result.count(of: "MatMul") == 5)
        #expect(result.count(of: "Softmax") == 1)
    }

    @Test("A scale on the query, on the key, or on both, goes into the projections", arguments: 0..<3)
    func inFront(side: Int) throws {
        let graph = try attention { maker in
            var (query, key) = (try projection(&maker, bias: false), try projection(&maker, key: true))
            if side != 1 { query = maker.add("Mul", [query, try maker.scalar(0.7)]) }
            if side != 0 { key = maker.add("Mul", [try maker.constant([0.7], [1]), key]) }
            return maker.add("MatMul", [query, key])
        }
        #expect(try run(graph).count(of: "Mul") == 0)
    }

    @Test("Where query and key come from one product, scales on both sides become one behind it")
    func fusedProjection() throws {
        let graph = try attention { maker in
            let both = maker.add("MatMul", ["x", try maker.weight([Self.width, 2 * Self.width])])
            maker.graph.nodes.append(
                Node(
                    "Split", inputs: [both, try maker.constant([8, 8])], outputs: ["q", "k"],
                    attributes: ["axis": .int(-1)]))
            let query = maker.add("Mul", ["q", try maker.scalar(0.5)])
            let key = maker.add(
                "Mul", [maker.add("Transpose", ["k"], ["perm": .ints([0, 2, 1])]), try maker.scalar(0.8)])
            let scores = maker.add("MatMul", [query, key])
            return maker.add("Unsqueeze", [scores, try maker.constant([1])])
        }
        let result = try run(graph)
        #expect(result.count(of: "Mul") == 1)
        let factor = try result.floats(of: result.nodes.first { $0.op == "Mul" }?.input(1))
        #expect(abs(factor[0] - 0.4) < 1e-6)
    }

    @Test("A projection that others read, or a factor per head, is left alone", arguments: [false, true])
    func stays(tapped: Bool) throws {
        var maker = try GraphMaker(input: [2, Self.length, Self.width], seed: 47)
        let query = try projection(&maker)
        if tapped { maker.output(query) }
        maker.output(maker.add("Mul", [query, tapped ? try maker.scalar(2) : try maker.random([2, 1, 1])]))
        #expect(try expectUnchanged(maker.graph, by: AttentionScaling()).changes == 0)
    }

    @Test("A weight that two projections share is copied before one of them is scaled")
    func sharedWeight() throws {
        var maker = try GraphMaker(input: [2, Self.length, Self.width], seed: 47)
        let weight = try maker.weight([8, 8])
        let split = try maker.constant([0, 0, 2, 4])
        let first = maker.add("Reshape", [maker.add("MatMul", ["x", weight]), split])
        maker.output(maker.add("Mul", [first, try maker.scalar(3)]))
        maker.output(maker.add("MatMul", [maker.add("Relu", ["x"]), weight]))
        let (result, changes) = try expectUnchanged(maker.graph, by: AttentionScaling())
        #expect(changes == 1)
        #expect(result.initializers[weight] == maker.graph.initializers[weight])
    }

    @Test("A weight that the scores read once more is scaled in the projection alone")
    func weightOfBothProducts() throws {
        var maker = try GraphMaker(input: [8, 8], seed: 47)
        let weight = try maker.weight([8, 8])
        let scores = maker.add("MatMul", [weight, maker.add("MatMul", ["x", weight])])
        maker.output(maker.add("Mul", [scores, try maker.scalar(3)]))
        #expect(try expectUnchanged(maker.graph, by: AttentionScaling()).changes == 1)
    }
}
