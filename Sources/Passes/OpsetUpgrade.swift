import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import OrderedCollections

/// Brings every node of a model to the latest version of ONNX's operator set, step by step as the operators' own files say.
///
/// Operators that Bitdepth does not know keep the spelling of the file. Nodes that an upgrade inserts are already of the
/// latest version.
public struct OpsetUpgrade: Sendable {
    /// The version of ONNX's own operator set that graphs in memory have.
    public static let latest = 28

    private let catalogue: OperatorCatalogue

    public init(catalogue: OperatorCatalogue = .all) { self.catalogue = catalogue }

    /// Upgrades the model from the version in `model.opsets`, which becomes ``latest``; the old one becomes `sourceOpset`.
    ///
    /// - Returns: How many nodes were rewritten.
    /// - Throws: ``BitdepthError/Code/unsupportedOpset`` for a version newer than ``latest``; what an operator's upgrade throws,
    ///   with the node's place.
    @discardableResult
    public func run(_ model: inout ModelGraph) throws(BitdepthError) -> Int {
        // Files older than the table of operator sets mean the first one; where the table only names other domains, the
        // standard operators are not used.
        let version = model.opsets[""] ?? (model.opsets.isEmpty ? 1 : OpsetUpgrade.latest)
        guard version <= OpsetUpgrade.latest else {
            throw BitdepthError(
                .unsupportedOpset,
                "the model needs operator set \(version); the latest that is known is \(OpsetUpgrade.latest)",
                help: ["export the model again for operator set \(OpsetUpgrade.latest) or older"])
        }
        guard version >= 1 else {
            throw BitdepthError(.unsupportedOpset, "the model names operator set \(version); the first one is 1")
        }
        var walk = UpgradeWalk(catalogue: catalogue, opsets: model.opsets, taken: model.graph.allNames)
        walk.opsets[""] = version
        try walk.upgrade(&model.graph, constants: [:])
        model.sourceOpset = model.opsets[""] ?? (model.opsets.isEmpty ? 1 : nil)
        model.opsets[""] = OpsetUpgrade.latest
        return walk.count
    }
}

private struct UpgradeWalk {
    let catalogue: OperatorCatalogue
    var opsets: OrderedDictionary<String, Int>
    var taken: Set<ValueName>
    var count = 0

    mutating func upgrade(_ graph: inout Graph, constants outer: OrderedDictionary<ValueName, Tensor>)
        throws(BitdepthError)
    {
        let constants = outer.merging(graph.constants) { _, inner in inner }
        var nodes: [Node] = []
        nodes.reserveCapacity(graph.nodes.count)
        for var node in graph.nodes {
            try node.updateSubgraphs { body throws(BitdepthError) in try upgrade(&body, constants: constants) }
            guard nextVersion(of: node.op, after: opsets[node.op.domain] ?? 1) != nil else {
                nodes.append(node)
                continue
            }
            var scope = UpgradeScope(taken: taken, constants: constants)
            // The scope now holds the only copy, so that adding a name does not copy the set.
            taken = []
            try step(&node, in: &scope)
            taken = scope.takenNames
            graph.initializers.merge(scope.initializers) { old, _ in old }
            nodes += scope.before + [node] + scope.after
        }
        graph.nodes = nodes
    }

    private mutating func step(_ node: inout Node, in scope: inout UpgradeScope) throws(BitdepthError) {
        let original = node
        var version = opsets[node.op.domain] ?? 1
        while let next = nextVersion(of: node.op, after: version), let type = catalogue[node.op] {
            do throws(BitdepthError) {
                try type.upgrade(&node, to: next, in: &scope)
            } catch {
                throw error.inside(original.place)
            }
            version = next
        }
        if node != original { count += 1 }
    }

    /// An upgrade may turn a node into another operator, whose versions then go on from there.
    private func nextVersion(of op: OperatorName, after version: Int) -> Int? {
        let limit = op.domain.isEmpty ? OpsetUpgrade.latest : Int.max
        return catalogue[op]?.signature.versions.first { $0 > version && $0 <= limit }
    }
}

extension Graph {
    /// Initializers and the tensors of Constant nodes.
    fileprivate var constants: OrderedDictionary<ValueName, Tensor> {
        var constants = initializers
        for node in nodes where node.op == "Constant" {
            guard let output = node.output(0), let attribute = node.attributes.values.first else { continue }
            let value: Tensor? =
                switch attribute {
                case .tensor(let tensor): tensor
                case .int(let value): try? Tensor(scalar: Int64(value))
                case .ints(let values): try? Tensor(values.map { Int64($0) })
                case .float(let value): try? Tensor(scalar: value)
                case .floats(let values): try? Tensor(values)
                default: nil
                }
            if let value { constants[output] = value }
        }
        return constants
    }
}
