import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Table of rewritings")
struct RewriteTableTests {
    @Test("Every row of a pass has a name of its own, a pattern, a replacement and an operator set")
    func rows() {
        let names = RewriteTable.rows.map { "\($0.pass) \($0.rewriting.name)" }
        #expect(Set(names).count == names.count)
        #expect(names.count >= 60)
        for (_, row) in RewriteTable.rows {
            #expect(!row.pattern.isEmpty && !row.replacement.isEmpty && row.opset >= 1)
        }
    }

    @Test("The table is in the order of the standard pipeline, and no pass of rules is missing")
    func order() {
        let passes = PassPipeline.standard.passes.filter { $0 is any RewritePass }.map(\.name)
        var listed: [String] = []
        for (pass, _) in RewriteTable.rows where listed.last != pass { listed.append(pass) }
        #expect(listed == passes)
    }

    @Test("A row tells its operator set")
    func printed() {
        let lines = RewriteTable.description.split(separator: "\n")
        #expect(lines.count == RewriteTable.rows.count)
        #expect(lines.contains("fuse activations: SiLU: x · Sigmoid(x) → Swish(x) (operator set 24)"))
    }

    @Test(
        "For no version of the operator set an operator is made that it lacks",
        arguments: [11, 13, 17, 18, 20, 21, 23, 24])
    func versions(opset: Int) throws {
        let introduced = ["HardSwish": 14, "LayerNormalization": 17, "Mish": 18, "Gelu": 20, "GroupNormalization": 21]
        let younger = ["RMSNormalization": 23, "Swish": 24]
        for seed in 0..<10 as Range<UInt64> {
            var graph = try RandomGraph.make(seed: seed)
            try PassPipeline.inference(keepQDQ: true, opset: opset).run(&graph)
            for node in graph.nodes {
                #expect(introduced[node.op.type] ?? younger[node.op.type] ?? 1 <= opset)
            }
        }
    }
}
