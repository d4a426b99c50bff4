import BitdepthGraphs
import BitdepthTensors

/// Puts the branch that is always taken in the place of an If whose condition is constant.
public struct IfInlining: Pass {
    public let name = "inline constant branches"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        var count = 0
        var nodes: [Node] = []
        var defined = graph.definedNames
        for node in graph.nodes {
            guard let branch = takenBranch(of: node, in: graph), branch.inputs.isEmpty,
                branch.outputs.count >= node.outputs.count, defined.isDisjoint(with: branch.definedNames)
            else {
                nodes.append(node)
                continue
            }
            defined.formUnion(branch.definedNames)
            graph.initializers.merge(branch.initializers) { old, _ in old }
            graph.valueTypes.merge(branch.valueTypes) { old, _ in old }
            nodes += branch.nodes
            for case (let output?, let port) in zip(node.outputs, branch.outputs) {
                nodes.append(Node("Identity", name: node.name, inputs: [port.name], outputs: [output]))
            }
            count += 1
        }
        guard count > 0 else { return 0 }
        graph.nodes = nodes
        // What was defined in a branch is now visible to other bodies, which may use the name for something else.
        graph.makeNamesUnique()
        return count
    }

    private func takenBranch(of node: Node, in graph: Graph) -> Graph? {
        guard node.op == "If", let name = node.input(0), let condition = graph.constant(name), condition.count == 1,
            let value = (try? condition.integers())?.first,
            case .graph(let branch)? = node.attributes[value != 0 ? "then_branch" : "else_branch"]
        else { return nil }
        return branch
    }
}

extension Graph {
    /// Names that this graph itself gives to values.
    fileprivate var definedNames: Set<ValueName> {
        Set(inputs.map(\.name)).union(initializers.keys).union(nodes.flatMap { $0.outputs.compactMap { $0 } })
    }
}
