import BitdepthGraphs
import BitdepthTensors

/// Attention of heads, with its mask still to be spelled out.
struct HeadAttention {
    var parts: AttentionParts
    /// That of the queries.
    var batch: Dimension?
    var isCausal: Bool
    var maskFilter: Float
    var mask: ValueName?
    /// The number of former keys, as a vector of one.
    var past: ValueName?
    /// Added to the scores, broadcasting.
    var bias: ValueName?

    /// - Returns: `false` for a mask that is not spelled out.
    func write(
        _ node: Node, _ facts: InferredFacts, _ replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        var parts = parts
        if let mask {
            guard
                let hidden = try replacement.maskBias(
                    mask, batch: batch, key: parts.key, filter: maskFilter, parts.element, facts)
            else { return false }
            parts.biases += [hidden].compactMap { $0 }
        }
        if isCausal {
            let hidden = try replacement.isFuture(query: parts.query, key: parts.key, past: past)
            parts.biases.append(try replacement.bias(hiding: hidden, parts.element))
        }
        parts.biases += [bias].compactMap { $0 }
        _ = try parts.write(to: &replacement, name: node.label)
        replacement.produceOutput()
        return true
    }
}
