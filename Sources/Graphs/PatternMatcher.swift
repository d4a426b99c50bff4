import BitdepthTensors

/// Looks for patterns in one graph as it is now; make a new one after editing.
public struct PatternMatcher: Sendable {
    public let graph: Graph
    public let index: GraphIndex
    private let overridable: Set<ValueName>

    public init(_ graph: Graph) {
        self.graph = graph
        index = GraphIndex(graph)
        overridable = Set(graph.inputs.map(\.name))
    }

    /// Every way in which the node at `position` is the root of the pattern.
    ///
    /// Values inside a match are used by nothing outside it and are no outputs of the graph; so a match can be replaced
    /// as a whole.
    public func matches(of pattern: Pattern, at position: Int) -> [Match] {
        guard graph.nodes.indices.contains(position), let output = graph.nodes[position].output(0) else { return [] }
        return bind(pattern, to: output, Bindings()).compactMap { bindings in
            guard bindings.removed.contains(position) else { return nil }
            let replaced = bindings.removed.subtracting(bindings.kept)
            guard replaced.allSatisfy({ isInterior($0, of: replaced, root: position, bindings) }) else { return nil }
            return Match(bindings, root: position, replaced: replaced, in: self)
        }
    }

    /// What a partial match has found so far.
    struct Bindings {
        var values: [String: ValueName] = [:]
        var nodes: [String: Int] = [:]
        /// Positions of matched nodes that a replacement takes away.
        var removed: Set<Int> = []
        /// Positions of matched nodes that stay.
        var kept: Set<Int> = []
        /// Whether what replaces the root makes all of its outputs.
        var givesAllOutputs = false

        /// These bindings with one more; `nil` when the name stands for another value already.
        func binding(_ name: String?, to value: ValueName) -> Bindings? {
            guard let name else { return self }
            if let bound = values[name] { return bound == value ? self : nil }
            var result = self
            result.values[name] = value
            return result
        }

        func binding(node name: String?, to position: Int, kept isKept: Bool) -> Bindings? {
            var result = self
            if let name {
                if let bound = nodes[name], bound != position { return nil }
                result.nodes[name] = position
            }
            if isKept { result.kept.insert(position) } else { result.removed.insert(position) }
            return result
        }
    }

    func constant(_ name: ValueName) -> Tensor? { overridable.contains(name) ? nil : graph.initializers[name] }

    private func bind(_ pattern: Pattern, to value: ValueName?, _ bindings: Bindings) -> [Bindings] {
        if case .optional(let inner) = pattern.form {
            return value == nil ? [bindings] : bind(inner, to: value, bindings)
        }
        guard let value, let named = bindings.binding(pattern.name, to: value) else { return [] }
        switch pattern.form {
        case .value: return [named]
        case .constant(let condition):
            guard let tensor = constant(value), condition(tensor) else { return [] }
            return [named]
        case .either(let patterns): return patterns.flatMap { bind($0, to: value, named) }
        case .node(let node): return bind(node, to: value, named)
        case .optional: return []
        }
    }

    private func bind(_ pattern: NodePattern, to value: ValueName, _ bindings: Bindings) -> [Bindings] {
        guard let position = index.producer[value] else { return [] }
        let node = graph.nodes[position]
        guard
            pattern.operators.contains(node.op), node.output(0) == value,
            pattern.allowsFurtherInputs || node.inputs.dropFirst(pattern.inputs.count).allSatisfy({ $0 == nil }),
            pattern.condition(node),
            var found = bindings.binding(node: pattern.name, to: position, kept: pattern.isShared)
        else { return [] }
        found.givesAllOutputs = found.givesAllOutputs || pattern.givesAllOutputs
        var results = bind(pattern.inputs, to: node, found)
        if pattern.isCommutative { results += bind(pattern.inputs.reversed(), to: node, found) }
        return results
    }

    private func bind(_ inputs: [Pattern], to node: Node, _ bindings: Bindings) -> [Bindings] {
        var candidates = [bindings]
        for (slot, pattern) in inputs.enumerated() {
            candidates = candidates.flatMap { bind(pattern, to: node.input(slot), $0) }
            if candidates.isEmpty { break }
        }
        return candidates
    }

    /// Whether everything that a replaced node makes, the root's outputs in the replacement aside, is read by replaced
    /// nodes only.
    private func isInterior(_ position: Int, of replaced: Set<Int>, root: Int, _ bindings: Bindings) -> Bool {
        let node = graph.nodes[position]
        let given = position != root ? 0 : bindings.givesAllOutputs ? node.outputs.count : 1
        for case let output? in node.outputs.dropFirst(given) {
            guard !index.outputs.contains(output) else { return false }
            guard (index.consumers[output] ?? []).allSatisfy({ replaced.contains($0) && $0 != position }) else {
                return false
            }
        }
        return true
    }
}
