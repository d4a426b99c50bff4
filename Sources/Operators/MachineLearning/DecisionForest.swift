import BitdepthTensors

/// Trees of comparisons: a sample walks from every root to a leaf, and the leaf votes.
struct DecisionForest: Sendable {
    private(set) var nodes: [DecisionNode]
    private(set) var roots: [Branch]
    /// By leaf.
    private(set) var votes: [[Vote]]

    /// Where a comparison leads.
    enum Branch: Sendable, Equatable {
        case node(Int)
        case leaf(Int)
    }

    struct Vote: Sendable {
        var target: Int
        var weight: Double
    }

    /// - Throws: ``BitdepthError/Code/invalidAttribute`` when branches, roots or votes lead outside of what there is.
    init(nodes: [DecisionNode], roots: [Branch], votes: [[Vote]], targets: Int) throws(BitdepthError) {
        self.nodes = nodes
        self.roots = roots
        self.votes = votes
        let branches = roots + nodes.flatMap { [$0.onTrue, $0.onFalse] }
        guard branches.allSatisfy(holds), votes.allSatisfy({ $0.allSatisfy { (0..<targets).contains($0.target) } })
        else {
            throw BitdepthError(.invalidAttribute, "trees lead to nodes, leaves or targets that are not there")
        }
        guard nodes.allSatisfy({ (0..<Window.largestValue).contains($0.feature) }) else {
            throw BitdepthError(.invalidAttribute, "a tree compares a feature whose number is out of range")
        }
    }

    private func holds(_ branch: Branch) -> Bool {
        switch branch {
        case .node(let index): nodes.indices.contains(index)
        case .leaf(let index): votes.indices.contains(index)
        }
    }

    /// How many features samples must have.
    var features: Int { (nodes.map(\.feature).max() ?? -1) + 1 }

    /// The votes of one sample, tree by tree.
    func votes(of row: ArraySlice<Double>) throws(BitdepthError) -> [Vote] {
        var cast: [Vote] = []
        for root in roots { cast += votes[try leaf(of: row, from: root)] }
        return cast
    }

    private func leaf(of row: ArraySlice<Double>, from root: Branch) throws(BitdepthError) -> Int {
        var branch = root
        for _ in 0...nodes.count {
            switch branch {
            case .leaf(let leaf): return leaf
            case .node(let index): branch = nodes[index].next(row[row.startIndex + nodes[index].feature])
            }
        }
        throw BitdepthError(.cycle, "a tree leads back to a node that was passed")
    }

    /// Rows have the features that the trees compare.
    func require(_ samples: FeatureMatrix) throws(BitdepthError) {
        guard samples.columns >= features else {
            throw BitdepthError(
                .shapeMismatch, "samples have \(samples.columns) features; the trees compare \(features)")
        }
    }
}
