import BitdepthTensors

extension DecisionForest {
    /// Reads trees as version 5 lists them: inner nodes in the attributes `nodes_*`, leaves in `leaf_*`, each branch a
    /// position in one or the other.
    init(indexed attributes: AttributeReader, targets: Int) throws(BitdepthError) {
        let chosen = try attributes.required("leaf_targetids", try attributes.ints("leaf_targetids"))
        let weights = try attributes.required("leaf_weights", try attributes.tensor("leaf_weights")).doubles()
        guard weights.count == chosen.count else {
            throw attributes.invalid("leaf_weights", "has \(weights.count) entries for \(chosen.count) leaves")
        }
        let roots = try attributes.required("tree_roots", try attributes.ints("tree_roots"))
        try self.init(
            nodes: try IndexedNodes(attributes).nodes(), roots: roots.map(Branch.node),
            votes: zip(chosen, weights).map { [Vote(target: $0, weight: $1)] }, targets: targets)
    }
}

/// The attributes `nodes_*`.
private struct IndexedNodes {
    private let attributes: AttributeReader
    private let modes: [Int]
    private let splits: [Double]
    private let members: [Set<Double>]

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        self.attributes = attributes
        modes = try attributes.required("nodes_modes", try attributes.tensor("nodes_modes")).integers()
        splits = try attributes.required("nodes_splits", try attributes.tensor("nodes_splits")).doubles()
        members = IndexedNodes.sets(try attributes.tensor("membership_values")?.doubles() ?? [])
        guard splits.count == modes.count else {
            throw attributes.invalid("nodes_splits", "has \(splits.count) entries for \(modes.count) nodes")
        }
    }

    /// Sets of members, delimited by NaN.
    private static func sets(_ values: [Double]) -> [Set<Double>] {
        values.isEmpty ? [] : values.split(omittingEmptySubsequences: false, whereSeparator: \.isNaN).map { Set($0) }
    }

    func nodes() throws(BitdepthError) -> [DecisionNode] {
        let features = try column("nodes_featureids")
        let onTrue = try branches("nodes_truenodeids", leaves: "nodes_trueleafs")
        let onFalse = try branches("nodes_falsenodeids", leaves: "nodes_falseleafs")
        let missing =
            attributes.has("nodes_missing_value_tracks_true") ? try column("nodes_missing_value_tracks_true") : nil
        var nextSet = 0
        var nodes: [DecisionNode] = []
        for index in modes.indices {
            let comparison: DecisionNode.Comparison
            if modes[index] == DecisionNode.Comparison.names.count - 1, nextSet < members.count {
                comparison = .member(members[nextSet])
                nextSet += 1
            } else if let plain = DecisionNode.Comparison(number: modes[index], threshold: splits[index]) {
                comparison = plain
            } else {
                throw attributes.invalid("nodes_modes", "has the entry \(modes[index]), which is no comparison")
            }
            nodes.append(
                DecisionNode(
                    feature: features[index], comparison: comparison, onTrue: onTrue[index], onFalse: onFalse[index],
                    missingIsTrue: missing.map { $0[index] != 0 } ?? false))
        }
        return nodes
    }

    private func column(_ name: String) throws(BitdepthError) -> [Int] {
        let values = try attributes.required(name, try attributes.ints(name))
        guard values.count == modes.count else {
            throw attributes.invalid(name, "has \(values.count) entries for \(modes.count) nodes")
        }
        return values
    }

    private func branches(_ name: String, leaves: String) throws(BitdepthError) -> [DecisionForest.Branch] {
        zip(try column(name), try column(leaves)).map { $1 != 0 ? .leaf($0) : .node($0) }
    }
}
