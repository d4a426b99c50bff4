import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors

extension Quantizer {
    /// What would be done to a model, without data: the float graph after passes and a decision for each of its nodes.
    ///
    /// Calibration may still keep nodes float: a Concat whose parts have very different ranges, results with infinities.
    public func plan(for model: ModelGraph) throws(BitdepthError) -> (float: Graph, plan: QuantizationPlan) {
        let graph = try prepared(model).graph
        let facts = try ShapeInference.facts(of: graph)
        var planner = try Planner(graph, configuration, facts: facts)
        return (graph, planner.plan())
    }
}
