import BitdepthCalibration
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

extension Quantizer {
    /// What would be done to a model, without data: the float graph after passes and a decision for each of its nodes.
    ///
    /// Calibration may still keep nodes float: a Concat whose parts have very different ranges, results with infinities.
    public func plan(for model: ModelGraph) throws(BitdepthError) -> (float: Graph, plan: QuantizationPlan) {
        let graph = try prepared(model).graph
        let facts = try ShapeInference.facts(of: graph)
        return (graph, try plan(ofScope: graph, facts, nil))
    }

    /// The plan of a graph and of the bodies inside it.
    ///
    /// - Parameter statistics: What calibration found, once it ran.
    func plan(
        ofScope graph: Graph, _ facts: [ValueName: Fact], _ statistics: CalibrationStatistics?
    ) throws(BitdepthError) -> QuantizationPlan {
        var planner = try Planner(graph, configuration, facts: facts)
        var plan = planner.plan()
        let forced = statistics.map { DataObstacles(graph, plan, $0).byPosition } ?? [:]
        if !forced.isEmpty {
            planner = try Planner(graph, configuration, facts: facts, forcedFloat: forced)
            plan = planner.plan()
        }
        for (position, node) in graph.nodes.enumerated() {
            for (name, attribute) in node.attributes {
                guard case .graph(let body) = attribute else { continue }
                let closed = ClosedBody(body, in: graph, facts: facts)
                let inner = try self.plan(ofScope: closed.graph, facts, statistics).reachable(statistics)
                plan.bodies.append(BodyPlan(position: position, attribute: name, closed: closed, plan: inner))
            }
        }
        return plan
    }
}
