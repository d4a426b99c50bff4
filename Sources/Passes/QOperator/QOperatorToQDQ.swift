import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import OrderedCollections

/// Rewrites operators that take codes to codes (QLinearConv, QGemm, QLinearAdd …) as the float operator between
/// DequantizeLinear and QuantizeLinear nodes of the same parameters, which is how Bitdepth holds quantized models.
///
/// The node keeps its name, and its output, which stays a value of codes, too. In a graph that has such operators, those
/// that only move codes about (MaxPool, Reshape …) become float operators between the codes' parameters as well. Left as
/// they are: ConvInteger and MatMulInteger, whose result is no code; operators whose scales or zero points are not
/// constant, or lie on axes that DequantizeLinear does not know. QuantizeLinear and DequantizeLinear of ONNX Runtime's own
/// domain become those of ONNX. A graph without any of them stays exactly as it is.
///
/// Source: ONNX operator specification; ONNX Runtime, docs/ContribOperators.md.
public struct QOperatorToQDQ: Pass {
    public let name = "rewrite operators on codes as QDQ"

    public init() {}

    /// - Returns: How many operators on codes were rewritten.
    /// - Throws: ``BitdepthError/Code/invalidGraph`` for a node that lacks an input, with the node's place.
    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        try graph.rename(QOperatorSpelling.standardNames)
        var taken = graph.allNames
        return try rewrite(&graph, constants: [:], taken: &taken)
    }

    private func rewrite(
        _ graph: inout Graph, constants outer: [ValueName: Tensor], taken: inout Set<ValueName>
    ) throws(BitdepthError) -> Int {
        var walk = QOperatorWalk(graph, constants: outer, taken: taken)
        let hasCodes = graph.nodes.contains { QOperatorSpelling.all[$0.op] != nil }
        var count = 0
        for position in try graph.topologicalOrder() {
            var node = graph.nodes[position]
            for (key, attribute) in node.attributes {
                guard case .graph(var body) = attribute else { continue }
                count += try rewrite(&body, constants: walk.constants, taken: &walk.taken)
                node.attributes[key] = .graph(body)
            }
            let isRewritten =
                hasCodes
                ? try locating(node.place, { () throws(BitdepthError) in try walk.rewrite(node) }) : false
            if isRewritten { count += 1 } else { walk.keep(node) }
        }
        taken = walk.taken
        guard count > 0 else { return 0 }
        graph.nodes = walk.nodes
        for (name, tensor) in walk.added { graph.initializers[name] = tensor }
        return count
    }
}

extension Graph {
    /// Gives operators other names, in the bodies of nodes too.
    fileprivate mutating func rename(_ names: [OperatorName: OperatorName]) throws(BitdepthError) {
        for position in nodes.indices {
            if let name = names[nodes[position].op] { nodes[position].op = name }
            try nodes[position].updateSubgraphs { body throws(BitdepthError) in try body.rename(names) }
        }
    }
}
