import BitdepthGraphs
import BitdepthTensors

/// Lets nodes that compute the same (operator, inputs and attributes are equal) share one result.
///
/// Small constants of equal content count as the same input but are not themselves merged: a bias of its own is what a
/// quantizer wants for every layer.
public struct CommonSubexpression: Pass {
    public let name = "share common subexpressions"
    /// Bytes up to which the contents of constants are compared.
    public static let largestComparedConstant = 4096

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let representatives = try representativesOfConstants(in: graph)
        var forwarding = ValueForwarding(graph)
        var seen: [Key: [Int]] = [:]
        var dead = Set<Int>()
        var identities: [Int: Node] = [:]
        for position in try graph.topologicalOrder() {
            let node = graph.nodes[position]
            // An Identity is there to give an output of the graph its name.
            guard node.isDeterministic, node.op != "Identity", !node.outputs.isEmpty else { continue }
            let key = Key(
                op: node.op, inputs: node.inputs.map { $0.map { representatives[$0] ?? forwarding.resolve($0) } },
                attributes: Set(node.attributes.keys))
            guard let twin = seen[key]?.map({ graph.nodes[$0] }).first(where: { $0.computes(node) }) else {
                seen[key, default: []].append(position)
                continue
            }
            if let identity = forward(node, to: twin, &forwarding) {
                identities[position] = identity
            } else {
                dead.insert(position)
            }
        }
        for (position, identity) in identities { graph.nodes[position] = identity }
        graph.removeNodes(at: dead)
        forwarding.apply(to: &graph)
        return dead.count + identities.count
    }

    /// What decides, attributes' values aside, whether nodes compute the same.
    private struct Key: Hashable {
        var op: OperatorName
        var inputs: [ValueName?]
        var attributes: Set<String>
    }

    /// What makes constants equal: bytes, not numbers, so that -0 and NaN stay what they are.
    private struct Content: Hashable {
        var type: TensorType
        var bytes: [UInt8]
    }

    /// Lets readers of `node` read its twin.
    ///
    /// - Returns: The Identity that must stay where both are outputs of the graph.
    private func forward(_ node: Node, to twin: Node, _ forwarding: inout ValueForwarding) -> Node? {
        var identity: Node?
        for case (let mine?, let theirs?) in zip(node.outputs, twin.outputs) where !forwarding.forward(mine, to: theirs)
        {
            identity = Node("Identity", name: node.name, inputs: [theirs], outputs: [mine])
        }
        return identity
    }

    /// For each small constant the first one of equal type, shape and bytes.
    private func representativesOfConstants(in graph: Graph) throws(BitdepthError) -> [ValueName: ValueName] {
        let overridable = Set(graph.inputs.map(\.name))
        var first: [Content: ValueName] = [:]
        var representatives: [ValueName: ValueName] = [:]
        for (name, tensor) in graph.initializers where !overridable.contains(name) {
            guard tensor.byteCount <= Self.largestComparedConstant else { continue }
            let content = Content(type: TensorType(of: tensor), bytes: try tensor.withBytes { Array($0) })
            representatives[name] = first[content] ?? name
            if first[content] == nil { first[content] = name }
        }
        return representatives
    }
}

extension Node {
    /// Whether this node, whose operator and inputs equal `other`'s, makes all that `other` makes.
    fileprivate func computes(_ other: Node) -> Bool {
        guard attributes.keys.allSatisfy({ attributes[$0] == other.attributes[$0] }) else { return false }
        let wanted = other.outputs.indices.filter { other.outputs[$0] != nil }
        // More than one output of which some may need an Identity: a node has room for one.
        return wanted.count <= 1 && wanted.allSatisfy { output($0) != nil }
    }
}
