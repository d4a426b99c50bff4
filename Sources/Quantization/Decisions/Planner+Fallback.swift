import BitdepthGraphs
import BitdepthOperators

/// Plans in which some nodes stay float because their noise is too loud.
extension Planner {
    /// A plan like that of this planner, which has not planned yet.
    ///
    /// - Parameters:
    ///   - kept: Positions of nodes that stay float, with the reason.
    ///   - floatOutputs: Outputs of the graph of which no codes are made.
    func plan(keeping kept: [Int: String], floatOutputs: Set<ValueName>) -> QuantizationPlan {
        var planner = self
        planner.leavesSumsFloat = true
        planner.floatOutputs = floatOutputs
        for (position, reason) in kept where planner.outcomes[position] == nil {
            planner.outcomes[position] = .float(reason: reason)
        }
        return planner.plan()
    }

    /// Whether the engine has a kernel from codes to floats for this node: not for convolutions in groups.
    func canLeaveSumFloat(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        switch node.op {
        case "Conv":
            if case .int(let groups)? = node.attributes["group"] { return groups == 1 }
            return true
        case "Gemm", "MatMul": return true
        default: return false
        }
    }
}
