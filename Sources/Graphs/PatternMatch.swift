import BitdepthTensors

/// Where a pattern was found: which values and nodes its names stand for.
public struct Match: Sendable {
    /// The node that the pattern's root matched; its first output is what a replacement must produce.
    public let root: Node
    /// Positions of the nodes that a replacement takes away, the root's included.
    let replaced: Set<Int>
    /// Positions of all nodes that the match looked at: the replaced ones and those that stay.
    let matched: Set<Int>
    private let values: [String: ValueName]
    private let nodes: [String: Node]
    private let constants: [ValueName: Tensor]
    private let soleReads: Set<ValueName>

    init(_ bindings: PatternMatcher.Bindings, root: Int, replaced: Set<Int>, in matcher: PatternMatcher) {
        self.root = matcher.graph.nodes[root]
        self.replaced = replaced
        matched = bindings.removed.union(bindings.kept)
        values = bindings.values
        nodes = bindings.nodes.mapValues { matcher.graph.nodes[$0] }
        var constants: [ValueName: Tensor] = [:]
        for value in bindings.values.values { constants[value] = matcher.constant(value) }
        self.constants = constants
        soleReads = Set(
            constants.keys.filter { name in
                let readers = matcher.index.consumers[name] ?? []
                return readers.count == 1 && replaced.isSuperset(of: readers) && !matcher.index.outputs.contains(name)
            })
    }

    /// The value that a name of the pattern is bound to.
    public func value(_ name: String) throws(BitdepthError) -> ValueName {
        guard let value = values[name] else { throw unbound(name) }
        return value
    }

    /// The value that a name is bound to; `nil` where it stood in an optional part that is left out.
    public func optionalValue(_ name: String) -> ValueName? { values[name] }

    /// The node that a name of the pattern is bound to.
    public func node(_ name: String) throws(BitdepthError) -> Node {
        guard let node = nodes[name] else { throw unbound(name) }
        return node
    }

    /// The node that a name is bound to; `nil` where another spelling matched.
    public func optionalNode(_ name: String) -> Node? { nodes[name] }

    /// The elements of a bound constant.
    public func constant(_ name: String) throws(BitdepthError) -> Tensor {
        guard let value = values[name], let tensor = constants[value] else { throw unbound(name) }
        return tensor
    }

    /// The elements of a bound constant; `nil` where the name is not bound, or to a value that is not constant.
    public func optionalConstant(_ name: String) -> Tensor? { values[name].flatMap { constants[$0] } }

    /// Whether nothing but one input of the replaced nodes reads a constant, so that it may be changed in place.
    func isSoleReader(of constant: ValueName) -> Bool { soleReads.contains(constant) }

    private func unbound(_ name: String) -> BitdepthError {
        BitdepthError(.internal, "a rewrite rule asks for \"\(name)\", which its pattern does not bind", at: root.place)
    }
}

extension Graph {
    /// The elements of an initializer that no caller can override: one that is not the default of an input.
    public func constant(_ name: ValueName) -> Tensor? {
        guard let tensor = initializers[name], !inputs.contains(where: { $0.name == name }) else { return nil }
        return tensor
    }
}
