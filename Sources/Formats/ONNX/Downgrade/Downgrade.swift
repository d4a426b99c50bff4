import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import OrderedCollections

/// Spells a model, which in memory is of the latest operator set, for an older one.
///
/// The inverse of ``OpsetUpgrade``. What changed at each step stands in ``DowngradeRule/all``.
struct Downgrade {
    struct Spelling {
        var model: ModelGraph
        var opset: Int
    }

    private let catalogue: OperatorCatalogue

    init(catalogue: OperatorCatalogue = .all) { self.catalogue = catalogue }

    /// - Parameter opset: The version to write; `nil` takes that of the model's file, raised to what the nodes need.
    /// - Throws: ``BitdepthError/Code/unsupportedOpset`` naming a node and the version that it needs.
    func spelling(of model: ModelGraph, opset: Int?) throws(BitdepthError) -> Spelling {
        if let opset, !(Downgrade.oldest...OpsetUpgrade.latest).contains(opset) {
            throw BitdepthError(
                .unsupportedOpset,
                "operator set \(opset) cannot be written; possible are \(Downgrade.oldest) to \(OpsetUpgrade.latest)")
        }
        var target = opset ?? max(model.sourceOpset ?? Downgrade.usual, Downgrade.oldest)
        while true {
            var walk = DowngradeWalk(model: model, target: target, catalogue: catalogue)
            let graph = try walk.spelled(model.graph)
            guard let need = walk.need else {
                var spelled = model
                spelled.graph = graph
                return Spelling(model: spelled, opset: target)
            }
            guard opset == nil else {
                throw BitdepthError(
                    .unsupportedOpset, "the node needs operator set \(need.version); \(target) was asked for",
                    at: need.place,
                    help: ["write for operator set \(need.version) or later"])
            }
            // A need is always above the target, so this ends.
            target = need.version
        }
    }

    /// Before version 7 operands did not broadcast by themselves.
    static let oldest = 7
    /// For models that did not come from a file: old enough for every program in use.
    static let usual = 17
}

/// The version that a node cannot go below.
struct OpsetNeed {
    var version: Int
    var place: BitdepthError.Place
}

private struct DowngradeWalk {
    private let target: Int
    private let sourceOpset: Int
    private let catalogue: OperatorCatalogue
    private var scope: DowngradeScope
    /// The highest need of all nodes.
    private(set) var need: OpsetNeed?

    init(model: ModelGraph, target: Int, catalogue: OperatorCatalogue) {
        self.target = target
        self.catalogue = catalogue
        sourceOpset = model.sourceOpset ?? OpsetUpgrade.latest
        scope = DowngradeScope(taken: model.graph.allNames, sourceOpset: sourceOpset)
    }

    mutating func spelled(_ graph: Graph) throws(BitdepthError) -> Graph {
        let outer = scope
        scope.enter(graph)
        var result = graph
        for position in result.nodes.indices {
            var node = result.nodes[position]
            try spellSubgraphs(of: &node)
            if node.op.domain.isEmpty, let versions = standardVersions[node.op.type] {
                try spell(&node, versions: versions)
            }
            result.nodes[position] = node
        }
        for (name, tensor) in scope.added { result.initializers[name] = tensor }
        if !scope.released.isEmpty {
            let index = GraphIndex(result)
            for name in scope.released where !index.isUsed(name) { result.initializers[name] = nil }
        }
        scope.leave(to: outer)
        return result
    }

    private mutating func spell(_ node: inout Node, versions: [Int]) throws(BitdepthError) {
        // An operator that Bitdepth does not know was not upgraded by the import.
        let current = catalogue[node.op] == nil ? sourceOpset : OpsetUpgrade.latest
        let original = node
        for version in versions.reversed() where version > target && version <= current {
            let rule = DowngradeRule.rule(for: node.op.type, at: version, isFirst: version == versions.first)
            if !rule.apply(&node, &scope) {
                if version > need?.version ?? 0 { need = OpsetNeed(version: version, place: original.place) }
                return
            }
        }
        for version in versions where version > current && version <= target {
            guard DowngradeRule.rule(for: node.op.type, at: version, isFirst: false).keepsSpelling else {
                throw BitdepthError(
                    .unsupportedOpset,
                    "operator \(node.op.type) is not known and is written for operator set \(current); it changed in \(version), and the model needs \(target)",
                    at: original.place)
            }
        }
    }

    private mutating func spellSubgraphs(of node: inout Node) throws(BitdepthError) {
        for (name, attribute) in node.attributes {
            switch attribute {
            case .graph(let graph): node.attributes[name] = .graph(try spelled(graph))
            case .graphs(let graphs):
                var spelledGraphs: [Graph] = []
                for graph in graphs { spelledGraphs.append(try spelled(graph)) }
                node.attributes[name] = .graphs(spelledGraphs)
            default: break
            }
        }
    }
}
