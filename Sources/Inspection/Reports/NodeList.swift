import BitdepthOperators
import BitdepthQuantization

/// What became of every node of a graph: its scheme, or why it stays float.
public struct NodeList: Sendable {
    public struct Entry: Sendable, Equatable {
        public var decision: NodeDecision
        /// How weights and activations are quantized; `nil` for nodes without scales of their own.
        public var scheme: String?
    }

    public var entries: [Entry]

    public init(_ plan: QuantizationPlan, _ configuration: QuantizationConfiguration) {
        let weighted = Set(plan.weights.map(\.position))
        let own = plan.decisions.enumerated().map { position, decision in
            guard decision.outcome == .quantized else { return Entry(decision: decision) }
            let activations = "activations \(configuration.activations.summary)"
            let weights = weighted.contains(position) ? "weights \(configuration.weights.summary); " : ""
            return Entry(decision: decision, scheme: weights + activations)
        }
        entries = own + plan.bodies.flatMap { NodeList($0.plan, configuration).entries }
    }

    public init(_ entries: [Entry]) { self.entries = entries }

    /// How many nodes of each operator compute on integers or stay float; further outcomes where there are any.
    public var byOperator: TextTable {
        let kinds = NodeDecision.Outcome.Kind.allCases.filter { $0 == .quantized || $0 == .float || count($0) > 0 }
        var table = TextTable(
            [.init("operator"), .init("nodes", .right)] + kinds.map { TextTable.Column($0.rawValue, .right) })
        for type in Set(entries.map(\.decision.operatorType)).sorted() {
            let all = entries.filter { $0.decision.operatorType == type }
            table.append(
                [.text(type), .integer(all.count)]
                    + kinds.map { kind in
                        let found = all.filter { $0.decision.outcome.kind == kind }.count
                        return found == 0 ? TextTable.Cell("·", value: .integer(0)) : .integer(found)
                    })
        }
        return table
    }

    /// Nodes that stay float, with the reason of each.
    public var floatNodes: TextTable {
        var table = TextTable([
            .init("stays float", key: "node", isShrinkable: true), .init("operator"),
            .init("because", key: "reason", isShrinkable: true),
        ])
        for entry in entries {
            guard case .float(let reason) = entry.decision.outcome else { continue }
            table.append([.text(entry.decision.node), .text(entry.decision.operatorType), .text(reason)])
        }
        return table
    }

    /// Every node.
    public var all: TextTable {
        var table = TextTable([
            .init("node", isShrinkable: true), .init("operator"), .init("outcome"),
            .init("scheme or reason", key: "detail", isShrinkable: true),
        ])
        for entry in entries {
            table.append([
                .text(entry.decision.node), .text(entry.decision.operatorType),
                .text(entry.decision.outcome.kind.rawValue),
                .text(entry.scheme ?? entry.decision.outcome.detail),
            ])
        }
        return table
    }

    public var json: JSONValue {
        .array(
            entries.map { entry in
                [
                    "node": .string(entry.decision.node), "operator": .string(entry.decision.operatorType),
                    "outcome": .string(entry.decision.outcome.kind.rawValue), "scheme": .optional(entry.scheme),
                    "detail": .string(entry.decision.outcome.detail),
                ]
            })
    }

    public func count(_ kind: NodeDecision.Outcome.Kind) -> Int {
        entries.filter { $0.decision.outcome.kind == kind }.count
    }
}

extension NodeDecision.Outcome {
    /// The outcome without its details.
    public enum Kind: String, Sendable, CaseIterable {
        case quantized = "integer"
        case fused
        case movesCodes = "moves codes"
        case alreadyQuantized = "kept"
        case float
    }

    public var kind: Kind {
        switch self {
        case .quantized: .quantized
        case .fused: .fused
        case .movesCodes: .movesCodes
        case .alreadyQuantized: .alreadyQuantized
        case .float: .float
        }
    }

    /// The reason, or the node that does the work; empty where there is nothing to add.
    public var detail: String {
        switch self {
        case .fused(let node): "runs inside \(node)"
        case .float(let reason): reason
        case .alreadyQuantized: "was quantized before and keeps its parameters"
        case .movesCodes: "the scale of its input"
        case .quantized: ""
        }
    }
}
