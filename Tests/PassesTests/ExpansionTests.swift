import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Expansion of fused operators")
struct ExpansionTests {
    private static let cases: [ExpansionCase] = {
        let all = try? [
            ExpansionCase.convolutions(), ExpansionCase.products(), ExpansionCase.integerProducts(),
            ExpansionCase.gelus(), ExpansionCase.normalizations(), ExpansionCase.embeddings(),
            ExpansionCase.attention(), ExpansionCase.codes(), ExpansionCase.multiHead(),
            ExpansionCase.standardAttention(),
        ]
        return (all ?? []).flatMap { $0 }
    }()

    private func isFused(_ node: Node) -> Bool {
        node.op.domain == "com.microsoft" || node.op == "SimplifiedLayerNormalization" || node.op == "Attention"
    }

    @Test("The parts compute what the fused operator does", arguments: cases)
    func parts(_ test: ExpansionCase) throws {
        let (graph, changes) = try expectUnchanged(test.graph(), by: OperatorExpansion(), inputs: test.samples)
        #expect(changes == 1)
        #expect(!graph.nodes.contains(where: isFused), "\(graph.operators)")
    }

    @Test("Batch and length need not be known", arguments: try ExpansionCase.attention() + ExpansionCase.multiHead())
    func freeExtents(_ test: ExpansionCase) throws {
        let (graph, changes) = try expectUnchanged(
            test.graph(isFree: true), by: OperatorExpansion(), inputs: test.samples)
        #expect(changes == 1 && !graph.nodes.contains(where: isFused))
    }

    @Test("There are cases of every row of the table")
    func coverage() {
        let names = Set(Self.cases.map { OperatorName($0.op, domain: $0.domain).description })
        #expect(OperatorExpansion.rewritings.allSatisfy { names.contains($0.name) })
    }

    @Test("The whole pipeline leaves products with constant weights, and nothing that is computed from constants")
    func pipeline() throws {
        let test = try #require(try ExpansionCase.attention().first { $0.note == "mask of keys" })
        var graph = test.graph(isFree: true)
        try PassPipeline.standard.run(&graph)
        let products = graph.nodes.filter { $0.op == "MatMul" || $0.op == "Gemm" }
        #expect(products.count == 5)
        #expect(products.count { graph.constant(of: $0.input(1)) != nil } == 3)
        // The scale of the scores went into the weights of the queries.
        #expect(graph.count(of: "Mul") == 0 && graph.count(of: "Split") == 0)
    }

    @Test("Forms that have no parts stay")
    func kept() throws {
        var numbers = SeededNumbers(seed: 1)
        let x = try numbers.tensor([2, 4, 6]), scale = try numbers.tensor([6])
        var statistics = ExpansionCase("SimplifiedLayerNormalization", [x, scale], outputs: [true, true])
        statistics.domain = ""
        let rows = try (numbers.tensor([2, 4, 8]), numbers.tensor([2, 4, 4]))
        let heads: [String: Attribute] = ["q_num_heads": .int(4), "kv_num_heads": .int(2)]
        var grouped = ExpansionCase("Attention", [rows.0, rows.1, rows.1], heads)
        var softcapped = ExpansionCase(
            "Attention", [rows.0, rows.0, rows.0],
            ["q_num_heads": .int(2), "kv_num_heads": .int(2), "softcap": .float(3)])
        (grouped.domain, softcapped.domain) = ("", "")
        let kept: [ExpansionCase] = [
            .init("MultiHeadAttention", [try numbers.tensor([2, 4, 2, 3, 3])], ["num_heads": .int(2)]),
            .init(
                "Attention",
                [x, try numbers.tensor([6, 24]), nil, try integers([Int](repeating: 1, count: 32), [2, 1, 4, 4])],
                ["num_heads": .int(2)]),
            .init(
                "SkipSimplifiedLayerNormalization", [x, x, scale], outputs: [true, false, true]),
            statistics, grouped, softcapped,
        ]
        for test in kept {
            var graph = test.graph()
            let original = graph
            #expect(try OperatorExpansion().run(&graph) == 0 && graph == original, "\(test.testDescription)")
        }
    }

    @Test("Operators that are younger than the file's operator set are not made")
    func opset() throws {
        let test = try #require(try ExpansionCase.gelus().first { $0.op == "BiasGelu" })
        var graph = test.graph()
        #expect(try OperatorExpansion(opset: 19).run(&graph) == 0)
        #expect(try OperatorExpansion(opset: 20).run(&graph) == 1)
    }
}
