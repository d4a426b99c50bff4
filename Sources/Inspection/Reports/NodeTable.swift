/// Every node of a model.
public enum NodeTable {
    public static func table(of nodes: [NodeSummary], isQuantized: Bool) -> TextTable {
        var table = TextTable([
            .init("#", key: "position", .right), .init("node", isShrinkable: true), .init("op"),
            .init("output", isShrinkable: true), .init("MACs", key: "multiply_accumulates", .right),
            .init("weights", key: "weight_bytes", .right),
            .init(isQuantized ? "computes as" : "as int8", key: "role", isShrinkable: true),
        ])
        for (position, node) in nodes.enumerated() {
            let isConversion = node.role == .conversion
            table.append([
                .integer(position), .text(node.node), .text(node.kind), .text(node.output?.description ?? "?"),
                node.multiplyAccumulates.map(TextTable.Cell.count) ?? .missing,
                isConversion || node.constantBytes == 0 ? .missing : .bytes(node.constantBytes),
                .text(node.role == .integer ? node.scheme ?? node.role.name : node.role.summary),
            ])
        }
        return table
    }
}

/// What is float, grouped by why.
public struct FloatNodes: Sendable, Equatable {
    public var reason: String
    public var nodes: [String]

    /// The commonest reason first.
    public static func groups(_ nodes: [NodeSummary]) -> [FloatNodes] {
        var order: [String] = []
        var groups: [String: [String]] = [:]
        for node in nodes {
            guard let reason = node.role.reason else { continue }
            if groups[reason] == nil { order.append(reason) }
            groups[reason, default: []].append("\(node.node) (\(node.kind))")
        }
        let all = order.map { FloatNodes(reason: $0, nodes: groups[$0] ?? []) }
        return all.enumerated().sorted { ($1.element.nodes.count, $0.offset) < ($0.element.nodes.count, $1.offset) }
            .map(\.element)
    }

    /// `12 nodes  no integer operator feeds it: a (Relu), b (Relu), 10 more`
    ///
    /// - Parameter limit: How many nodes are named.
    public func line(limit: Int = 4) -> String {
        let named = nodes.prefix(limit).joined(separator: ", ")
        let more = nodes.count > limit ? ", \(nodes.count - limit) more" : ""
        return "\(reason): \(named)\(more)"
    }
}
