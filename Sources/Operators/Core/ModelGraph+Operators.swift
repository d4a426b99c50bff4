import BitdepthGraphs
import BitdepthTensors

extension ModelGraph {
    /// Checks that every operator of the model is known, those of subgraphs too.
    ///
    /// Only here the version of an operator's domain is known, so this is where it is told.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedOperator`` naming operator, domain, version and node; what else decoding
    ///   that node throws.
    public func checkOperators(_ catalogue: OperatorCatalogue = .all) throws(BitdepthError) {
        var waiting = [graph]
        while let graph = waiting.popLast() {
            for node in graph.nodes {
                if catalogue[node.op] == nil {
                    _ = try catalogue.decode(node, opset: version(ofDomain: node.op.domain))
                }
                waiting += node.subgraphs
            }
        }
    }

    private func version(ofDomain domain: String) -> Int? {
        domain.isEmpty ? sourceOpset ?? opsets[""] ?? opsets["ai.onnx"] : opsets[domain]
    }
}
