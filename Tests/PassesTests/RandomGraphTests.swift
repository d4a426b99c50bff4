import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Passes on random graphs")
struct RandomGraphTests {
    /// Each pass, and how many places it must find in all the random graphs together, so that a test of nothing fails.
    static let passes: [(any Pass, Int)] = [
        (IdentityRemoval(), 10), (TransposeCancellation(), 0), (PadIntoConv(), 3), (LinearFusion(), 40),
        (BatchNormFolding(), 60), (ConvMulScale(), 3), (ConvAddBias(), 3), (ActivationFusion(), 20),
        (CommonSubexpression(), 0),
        (ConstantFolding(), 0), (NormalizationFusion(), 0), (DeadCodeRemoval(), 0), (ReshapeFusion(), 0),
        (TransposeSinking(), 0), (PoolFusion(), 0), (AttentionScaling(), 0), (DequantizedMovement(), 0),
        (IfInlining(), 0), (OperatorExpansion(), 0),
    ]

    @Test("No pass changes what a random network computes", arguments: passes.indices)
    func each(index: Int) throws {
        let (pass, expected) = Self.passes[index]
        var total = 0
        for seed in 0..<40 as Range<UInt64> {
            total += try expectUnchanged(try RandomGraph.make(seed: seed), by: pass, seed: seed).changes
        }
        #expect(total >= expected, "\(pass.name) found only \(total) places")
    }

    @Test("The standard pipeline reaches a fixed point and changes nothing", arguments: 100..<160 as Range<UInt64>)
    func pipeline(seed: UInt64) throws {
        let graph = try RandomGraph.make(seed: seed)
        let (rewritten, changes) = try expectUnchanged(
            graph,
            by: {
                let report = try PassPipeline.standard.run(&$0)
                #expect(report.reachedFixedPoint)
                return report.changes
            }, seed: seed)
        #expect(changes > 0)
        #expect(rewritten.nodes.count < graph.nodes.count)
        // Nothing is left for a second run.
        var again = rewritten
        #expect(try PassPipeline.standard.run(&again).changes == 0)
        #expect(again == rewritten)
    }

    @Test("After the standard pipeline a BatchNormalization only stands behind what others read too")
    func batchNormsGone() throws {
        for seed in 0..<40 as Range<UInt64> {
            var graph = try RandomGraph.make(seed: seed)
            try PassPipeline.standard.run(&graph)
            let index = GraphIndex(graph)
            for node in graph.nodes where node.op == "BatchNormalization" {
                let source = try #require(node.input(0))
                #expect(index.onlyConsumer(of: source) == nil)
            }
        }
    }
}
