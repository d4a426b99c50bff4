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
        let types = types(in: model.graph)
        while true {
            var walk = DowngradeWalk(model: model, types: types, target: target, catalogue: catalogue)
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

    /// What can be told of the values: some spellings depend on types and ranks. Nothing where the graph makes no sense.
    private func types(in graph: Graph) -> [ValueName: TensorType] {
        let facts = try? ShapeInference.facts(of: graph, tolerant: true, catalogue: catalogue)
        return (facts ?? [:]).compactMapValues { $0.kind == .tensor ? $0.type : nil }
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

    init(model: ModelGraph, types: [ValueName: TensorType], target: Int, catalogue: OperatorCatalogue) {
        self.target = target
        self.catalogue = catalogue
        sourceOpset = model.sourceOpset ?? OpsetUpgrade.latest
        scope = DowngradeScope(taken: model.graph.allNames, types: types, sourceOpset: sourceOpset)
    }

    mutating func spelled(_ graph: Graph) throws(BitdepthError) -> Graph {
        let outer = scope
        scope.enter(graph)
        var result = graph
        result.nodes = []
        result.nodes.reserveCapacity(graph.nodes.count)
        for var node in graph.nodes {
            try spellSubgraphs(of: &node)
            result.nodes += try spelled(node, place: node.place)
        }
        for (name, tensor) in scope.added { result.initializers[name] = tensor }
        if !scope.released.isEmpty {
            let index = GraphIndex(result)
            for name in scope.released where !index.isUsed(name) { result.initializers[name] = nil }
        }
        scope.leave(to: outer)
        return result
    }

    /// The node in its older spelling, which may be several nodes.
    ///
    /// - Parameter place: The node of the model that this one belongs to.
    private mutating func spelled(_ node: Node, place: BitdepthError.Place) throws(BitdepthError) -> [Node] {
        guard node.op.domain.isEmpty, let versions = standardVersions[node.op.type] else { return [node] }
        var older = node
        try spell(&older, versions: versions, place: place)
        let (before, after) = scope.takeInserted()
        var nodes: [Node] = []
        for node in before { nodes += try spelled(node, place: place) }
        // Another operator is of the latest operator set, as what is inserted is.
        nodes += older.op == node.op ? [older] : try spelled(older, place: place)
        for node in after { nodes += try spelled(node, place: place) }
        return nodes
    }

    private mutating func spell(
        _ node: inout Node, versions: [Int], place: BitdepthError.Place
    ) throws(BitdepthError) {
        // An operator that Bitdepth does not know was not upgraded by the import.
        let current = catalogue[node.op] == nil ? sourceOpset : OpsetUpgrade.latest
        let type = node.op.type
        for version in versions.reversed() where version > target && version <= current {
            let rule = DowngradeRule.rule(for: type, at: version, isFirst: version == versions.first)
            if !rule.apply(&node, &scope) {
                if version > need?.version ?? 0 { need = OpsetNeed(version: version, place: place) }
                return
            }
            if node.op.type != type { return }
        }
        for version in versions where version > current && version <= target {
            guard DowngradeRule.rule(for: type, at: version, isFirst: false).keepsSpelling else {
                throw BitdepthError(
                    .unsupportedOpset,
                    "operator \(type) is not known and is written for operator set \(current); it changed in \(version), and the model needs \(target)",
                    at: place)
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
