/// Nodes counted by operator.
public enum OperatorTable {
    /// One row per operator in the order in which the graph first has it; conversions between floats and codes come last.
    public static func table(of summary: ModelSummary) -> TextTable {
        var table = TextTable([
            .init("op"), .init("nodes", .right),
            .init(summary.isQuantized ? "quantized" : "quantizable", key: "quantized", .right),
            .init("MACs", key: "multiply_accumulates", .right), .init("weights", key: "weight_bytes", .right),
            .init(summary.isQuantized ? "scheme" : "as int8", key: "scheme", isShrinkable: true),
        ])
        for (kind, nodes) in groups(summary.nodes) { table.append(row(kind, nodes)) }
        return table
    }

    private static func groups(_ nodes: [NodeSummary]) -> [(kind: String, nodes: [NodeSummary])] {
        var order: [String] = []
        var groups: [String: [NodeSummary]] = [:]
        for node in nodes {
            if groups[node.kind] == nil { order.append(node.kind) }
            groups[node.kind, default: []].append(node)
        }
        let all = order.map { (kind: $0, nodes: groups[$0] ?? []) }
        func isConversion(_ group: (kind: String, nodes: [NodeSummary])) -> Bool {
            group.nodes.allSatisfy { $0.role == .conversion }
        }
        return all.filter { !isConversion($0) } + all.filter(isConversion)
    }

    private static func row(_ kind: String, _ nodes: [NodeSummary]) -> [TextTable.Cell] {
        // Conversions read the constants that the nodes behind them count already.
        let isConversion = nodes.allSatisfy { $0.role == .conversion }
        let countsAsNeither = nodes.allSatisfy { $0.role == .conversion || $0.role == .indices }
        let bytes = isConversion ? 0 : nodes.reduce(0) { $0.saturatingSum($1.constantBytes) }
        return [
            .text(kind), .integer(nodes.count),
            countsAsNeither ? .missing : .integer(nodes.count { $0.role.isQuantized }),
            multiplyAccumulates(nodes), bytes == 0 ? .missing : .bytes(bytes), .text(scheme(nodes)),
        ]
    }

    private static func multiplyAccumulates(_ nodes: [NodeSummary]) -> TextTable.Cell {
        let counts = nodes.filter(\.hasSums).map(\.multiplyAccumulates)
        guard !counts.isEmpty else { return .missing }
        guard counts.allSatisfy({ $0 != nil }) else { return TextTable.Cell("unknown", value: .null) }
        return .count(counts.reduce(0) { $0.saturatingSum($1 ?? 0) })
    }

    /// The schemes of the quantized nodes, then why others are not: all of what is said only once.
    private static func scheme(_ nodes: [NodeSummary]) -> String {
        let schemes = distinct(nodes.compactMap(\.scheme))
        let fused = nodes.contains { if case .fused = $0.role { true } else { false } }
        let reasons = distinct(nodes.compactMap(\.role.reason))
        var parts = schemes.count > 2 ? ["\(schemes.count) schemes"] : schemes
        if parts.isEmpty, fused { parts.append("fused") }
        if reasons.count == 1 { parts.append("float: \(reasons[0])") }
        if reasons.count > 1 { parts.append("float for \(reasons.count) reasons") }
        if parts.isEmpty, let role = nodes.first?.role {
            parts.append(role == .conversion ? "float ↔ codes" : role.name)
        }
        return parts.joined(separator: "; ")
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
