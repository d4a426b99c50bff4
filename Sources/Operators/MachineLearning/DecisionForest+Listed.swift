import BitdepthTensors

extension DecisionForest {
    /// Reads trees as versions 1 to 3 list them: one entry in every attribute `nodes_*` for each node, leaves included,
    /// and one entry in every attribute `<prefix>_*` for each vote of a leaf.
    ///
    /// The root of a tree is the node that is listed first.
    /// - Parameter prefix: `target` or `class`.
    init(listed attributes: AttributeReader, prefix: String, targets: Int) throws(BitdepthError) {
        let list = try ListedNodes(attributes)
        var votes = [[Vote]](repeating: [], count: list.count)
        let trees = try list.column("\(prefix)_treeids", attributes)
        let count = trees.count
        let places = try list.column("\(prefix)_nodeids", attributes, count: count)
        let chosen = try list.column("\(prefix)_ids", attributes, count: count)
        let weights = try attributes.reals("\(prefix)_weights") ?? []
        guard weights.count == count else {
            throw attributes.invalid("\(prefix)_weights", "has \(weights.count) entries for \(count) votes")
        }
        for index in 0..<count {
            let node = try list.position(tree: trees[index], node: places[index], attributes)
            // Leaves keep the positions of their nodes; votes of inner nodes are never reached.
            votes[node].append(Vote(target: chosen[index], weight: weights[index]))
        }
        try self.init(nodes: try list.nodes(attributes), roots: list.roots, votes: votes, targets: targets)
    }
}

/// The columns `nodes_*`.
private struct ListedNodes {
    private let trees: [Int]
    private let numbers: [Int]
    private let modes: [String]
    private var positions: [Identity: Int] = [:]

    private struct Identity: Hashable {
        var tree: Int
        var node: Int
    }

    var count: Int { trees.count }

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        trees = try attributes.ints("nodes_treeids") ?? []
        numbers = try attributes.ints("nodes_nodeids") ?? []
        modes = try attributes.strings("nodes_modes") ?? []
        guard numbers.count == trees.count, modes.count == trees.count else {
            throw attributes.invalid(
                "nodes_nodeids", "and \"nodes_modes\" must have one entry for each of \"nodes_treeids\"")
        }
        for index in trees.indices {
            let identity = Identity(tree: trees[index], node: numbers[index])
            guard positions.updateValue(index, forKey: identity) == nil else {
                throw attributes.invalid("nodes_nodeids", "names node \(numbers[index]) of tree \(trees[index]) twice")
            }
        }
    }

    func column(_ name: String, _ attributes: AttributeReader, count: Int? = nil) throws(BitdepthError) -> [Int] {
        let values = try attributes.ints(name) ?? []
        guard count == nil || values.count == count else {
            throw attributes.invalid(name, "has \(values.count) entries; it must have \(count ?? 0)")
        }
        return values
    }

    func position(tree: Int, node: Int, _ attributes: AttributeReader) throws(BitdepthError) -> Int {
        guard let position = positions[Identity(tree: tree, node: node)] else {
            throw attributes.invalid("nodes_nodeids", "lacks node \(node) of tree \(tree)")
        }
        return position
    }

    private func isLeaf(_ index: Int) -> Bool { modes[index] == "LEAF" }

    private func branch(_ index: Int) -> DecisionForest.Branch { isLeaf(index) ? .leaf(index) : .node(index) }

    var roots: [DecisionForest.Branch] {
        var seen: Set<Int> = []
        return trees.indices.filter { seen.insert(trees[$0]).inserted }.map(branch)
    }

    /// One for each listed node, so that positions stay; those of leaves lead to themselves and are never reached.
    func nodes(_ attributes: AttributeReader) throws(BitdepthError) -> [DecisionNode] {
        let features = try column("nodes_featureids", attributes, count: count)
        let onTrue = try column("nodes_truenodeids", attributes, count: count)
        let onFalse = try column("nodes_falsenodeids", attributes, count: count)
        let missing = try attributes.ints("nodes_missing_value_tracks_true") ?? []
        let thresholds = try attributes.reals("nodes_values") ?? []
        guard thresholds.count == count, missing.isEmpty || missing.count == count else {
            throw attributes.invalid("nodes_values", "has \(thresholds.count) entries for \(count) nodes")
        }
        var nodes: [DecisionNode] = []
        for index in trees.indices {
            if isLeaf(index) {
                nodes.append(
                    DecisionNode(
                        feature: 0, comparison: .atMost(0), onTrue: .leaf(index), onFalse: .leaf(index),
                        missingIsTrue: false))
                continue
            }
            nodes.append(
                DecisionNode(
                    feature: features[index],
                    comparison: try comparison(modes[index], thresholds[index], attributes),
                    onTrue: branch(try position(tree: trees[index], node: onTrue[index], attributes)),
                    onFalse: branch(try position(tree: trees[index], node: onFalse[index], attributes)),
                    missingIsTrue: missing.isEmpty ? false : missing[index] != 0))
        }
        return nodes
    }

    private func comparison(
        _ mode: String, _ threshold: Double, _ attributes: AttributeReader
    ) throws(BitdepthError) -> DecisionNode.Comparison {
        let number = DecisionNode.Comparison.names.firstIndex { mode == "BRANCH_\($0)" }
        guard let number, let comparison = DecisionNode.Comparison(number: number, threshold: threshold) else {
            throw attributes.invalid("nodes_modes", "names \"\(mode)\", which is no comparison")
        }
        return comparison
    }
}
