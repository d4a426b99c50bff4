import BitdepthCalibration
import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors

/// What quantization does inside one body of a node: a branch of an If, the body of a Loop or a Scan.
public struct BodyPlan: Sendable {
    /// Position of the node in the graph around the body, and the attribute that holds the body.
    public var position: Int
    public var attribute: String
    /// The body as a graph that stands alone; the plan's positions are those of its nodes.
    public var closed: ClosedBody
    public var plan: QuantizationPlan
}

extension QuantizationPlan {
    /// The decisions about every node, those inside bodies behind those of the graph around them.
    public var allDecisions: [NodeDecision] { decisions + bodies.flatMap(\.plan.allDecisions) }

    /// The parts of every Concat, those inside bodies too.
    var allJoinedValues: [ValueName] { joinedValues.sorted() + bodies.flatMap(\.plan.allJoinedValues) }

    /// This plan of a body, or one that leaves everything float where calibration never came to the body: of a branch that
    /// no sample takes no range is known.
    func reachable(_ statistics: CalibrationStatistics?) -> QuantizationPlan {
        guard let statistics, observedValues.contains(where: { statistics[$0] == nil }) else { return self }
        var plan = QuantizationPlan(
            decisions: decisions.map { decision in
                guard decision.isInteger, decision.outcome != .alreadyQuantized else { return decision }
                var decision = decision
                decision.outcome = .float(reason: "no calibration sample came here")
                return decision
            })
        plan.bodies = bodies.map { body in
            var body = body
            body.plan = body.plan.reachable(statistics)
            return body
        }
        return plan
    }
}
