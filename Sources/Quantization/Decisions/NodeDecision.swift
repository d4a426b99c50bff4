import BitdepthGraphs

/// What quantization does with a node, and why.
public struct NodeDecision: Sendable, Equatable {
    public var node: String
    public var operatorType: String
    public var outcome: Outcome

    public enum Outcome: Sendable, Equatable {
        /// Computes on integers; its operands and result carry scales.
        case quantized
        /// Runs inside the integer kernel of the node before it.
        case fused(into: String)
        /// Moves codes about.
        case movesCodes
        /// Was quantized before and keeps its parameters.
        case alreadyQuantized
        case float(reason: String)
    }

    public init(node: String, operatorType: String, outcome: Outcome) {
        self.node = node
        self.operatorType = operatorType
        self.outcome = outcome
    }

    public var isInteger: Bool {
        if case .float = outcome { false } else { true }
    }
}
