import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Cuts a graph to what some of its values need: these become the outputs, everything behind them goes.
public struct GraphExtraction: Sendable {
    public let outputs: [ValueName]

    public init(outputs: [ValueName]) { self.outputs = outputs }

    /// - Throws: ``BitdepthError/Code/usage`` for a name that the graph has not.
    public func run(_ graph: inout Graph) throws(BitdepthError) {
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        let computed = Set(graph.nodes.flatMap { $0.outputs.compactMap { $0 } }).union(graph.inputs.map(\.name))
        for name in outputs where !computed.contains(name) {
            throw BitdepthError(
                .usage, "the graph has no value \"\(name)\" to give out", at: .init(tensor: name.text),
                help: ["names of values are what nodes are called in inspect --nodes, or: \(near(name, computed))"])
        }
        let declared = Dictionary(graph.outputs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        graph.outputs = outputs.map { name in
            declared[name]
                ?? Graph.Port(name, facts[name]?.type ?? graph.valueTypes[name], kind: facts[name]?.kind ?? .tensor)
        }
        _ = try DeadCodeRemoval().run(&graph)
        let index = GraphIndex(graph)
        let unread = graph.inputs.map(\.name).filter { !index.isUsed($0) }
        graph.inputs.removeAll { unread.contains($0.name) }
        for name in unread { graph.initializers[name] = nil }
    }

    /// A few names that share most with the wanted one.
    private func near(_ name: ValueName, _ names: Set<ValueName>) -> String {
        names.map { (shared: $0.text.commonPrefix(with: name.text), name: $0) }
            .sorted { ($1.shared, $0.name) < ($0.shared, $1.name) }
            .prefix(3).map(\.name.text).joined(separator: ", ")
    }
}

extension String {
    /// How many characters two names begin with alike.
    fileprivate func commonPrefix(with other: String) -> Int { zip(self, other).prefix { $0 == $1 }.count }
}
