import BitdepthGraphs
import BitdepthTensors

/// Removes nodes whose outputs nobody needs, initializers that nobody reads, and stated types of values that are gone.
///
/// Inputs of the graph stay, with their defaults: they are what callers know.
public struct DeadCodeRemoval: Pass {
    public let name = "remove dead code"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let needed = neededValues(of: graph)
        let dead = Set(graph.nodes.indices.filter { !graph.nodes[$0].isNeeded(for: needed) })
        graph.removeNodes(at: dead)

        let inputs = Set(graph.inputs.map(\.name))
        let unread = graph.initializers.keys.filter { !needed.contains($0) && !inputs.contains($0) }
        for name in unread { graph.initializers[name] = nil }

        let existing = inputs.union(graph.initializers.keys).union(graph.nodes.flatMap { $0.outputs.compactMap { $0 } })
        let stale = graph.valueTypes.keys.filter { !existing.contains($0) }
        for name in stale { graph.valueTypes[name] = nil }
        return dead.count + unread.count + stale.count
    }

    /// Values that the outputs of the graph depend on, the outputs included.
    private func neededValues(of graph: Graph) -> Set<ValueName> {
        let index = GraphIndex(graph)
        var needed = Set(graph.outputs.map(\.name))
        var waiting = Array(needed)
        while let value = waiting.popLast() {
            guard let position = index.producer[value] else { continue }
            let node = graph.nodes[position]
            let read = node.dependencies
            for input in read where needed.insert(input).inserted { waiting.append(input) }
        }
        return needed
    }
}

extension Node {
    fileprivate func isNeeded(for values: Set<ValueName>) -> Bool {
        outputs.contains { $0.map(values.contains) ?? false }
    }
}
