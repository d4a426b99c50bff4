import BitdepthTensors

extension Graph {
    /// Lets every reader of `old` read `new` instead, in subgraphs too. Outputs of the graph keep their names: where
    /// `old` is one, call ``renameProducer(of:to:)`` on the new value instead.
    public mutating func replaceUses(
        of old: ValueName, with new: ValueName, where wanted: (Node) -> Bool = { _ in true }
    ) {
        for position in nodes.indices where wanted(nodes[position]) {
            nodes[position].replaceInputs(of: old, with: new)
        }
    }

    /// Removes the nodes at `positions`.
    public mutating func removeNodes(at positions: Set<Int>) {
        guard !positions.isEmpty else { return }
        var kept: [Node] = []
        kept.reserveCapacity(nodes.count - positions.count)
        for (position, node) in nodes.enumerated() where !positions.contains(position) { kept.append(node) }
        nodes = kept
    }

    /// Brings the nodes into an order in which producers come first.
    public mutating func sortTopologically() throws(BitdepthError) {
        nodes = try topologicalOrder().map { nodes[$0] }
    }

    /// A name that nothing in the graph has: `base`, or `base` with a number behind.
    public func unusedName(_ base: String, taken: Set<ValueName>) -> ValueName {
        var name = ValueName(base)
        var number = 1
        while taken.contains(name) {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        return name
    }

    /// Every name that is taken, those that subgraphs define included.
    public var allNames: Set<ValueName> {
        var names = Set(inputs.map(\.name)).union(initializers.keys).union(outputs.map(\.name))
        for node in nodes {
            names.formUnion(node.inputs.compactMap { $0 })
            names.formUnion(node.outputs.compactMap { $0 })
            for subgraph in node.subgraphs { names.formUnion(subgraph.allNames) }
        }
        return names
    }
}

extension Node {
    /// Lets this node, and what its subgraphs capture, read `new` where it read `old`.
    public mutating func replaceInputs(of old: ValueName, with new: ValueName) {
        for index in inputs.indices where inputs[index] == old { inputs[index] = new }
        for (key, attribute) in attributes {
            switch attribute {
            case .graph(let graph) where graph.capturedValues.contains(old):
                attributes[key] = .graph(graph.replacingCaptured(old, with: new))
            case .graphs(let graphs):
                attributes[key] = .graphs(
                    graphs.map { $0.capturedValues.contains(old) ? $0.replacingCaptured(old, with: new) : $0 })
            default: break
            }
        }
    }
}

extension Graph {
    fileprivate func replacingCaptured(_ old: ValueName, with new: ValueName) -> Graph {
        var graph = self
        graph.replaceUses(of: old, with: new)
        for index in graph.outputs.indices where graph.outputs[index].name == old { graph.outputs[index].name = new }
        return graph
    }
}
