import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Attention of ONNX itself: as one node it would hide two products.
    static let standardAttention = [
        Rewriting.expansion(
            of: Attention.self, "Attention(q, k, v, mask, past)", becomes: "MatMul, Softmax, MatMul",
            when: "queries and keys have the same known number of heads, the mask has all keys; no softcap, no window",
            since: 11, allOutputs: true,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard op.softcap == 0, !op.isBounded, node.output(3) == nil, node.input(6) == nil,
                    let operands = StandardHeads(op, node, facts)
                else { return false }
                var heads = try operands.split(&replacement)
                for (index, past) in [(1, node.input(4)), (2, node.input(5))] {
                    guard let past else { continue }
                    heads[index] = replacement.add("Concat", [past, heads[index]], ["axis": .int(2)])
                }
                for index in 1...2 where node.output(index) != nil {
                    replacement.add("Identity", [heads[index]], as: [node.output(index)])
                }
                var parts = AttentionParts(
                    query: heads[0], key: heads[1], value: heads[2], element: operands.element, scale: operands.scale,
                    isPacked: operands.isPacked)
                try hide(op, node, facts, &parts, &replacement)
                _ = try parts.write(to: &replacement, name: node.label)
                replacement.produceOutput()
                return true
            })
    ]

    /// Adds the mask and what causality hides.
    private static func hide(
        _ op: Attention, _ node: Node, _ facts: InferredFacts, _ parts: inout AttentionParts,
        _ replacement: inout Replacement
    ) throws(BitdepthError) {
        let element = parts.element
        if let mask = node.input(3) {
            if facts[mask]?.element == .bool {
                parts.visible = mask
                let bias = try replacement.bias(hiding: replacement.add("Not", [mask]), element)
                parts.biases.append(bias)
            } else {
                // Where all keys of a query are at −∞, the softmax would have nothing to divide by.
                let lowest = try replacement.lowest(element)
                parts.visible = replacement.add("Greater", [mask, try replacement.number(-.infinity, element)])
                parts.biases.append(replacement.add("Max", [mask, lowest]))
            }
        }
        guard op.isCausal else { return }
        let past = node.input(4).map { replacement.extent(of: $0, axis: 2) }
        let future = try replacement.isFuture(query: parts.query, key: parts.key, past: past)
        parts.biases.append(try replacement.bias(hiding: future, element))
        // A query always sees the first key, unless a mask hides it.
        if let visible = parts.visible {
            parts.visible = replacement.add("And", [visible, replacement.add("Not", [future])])
        }
    }
}

/// Queries, keys and values of ONNX's Attention, and what must be known of them.
private struct StandardHeads {
    let element: ElementType
    let scale: Double
    /// Whether the result has its heads side by side, as the queries have.
    let isPacked: Bool
    private let values: [ValueName]
    /// Of those that lie side by side.
    private let counts: [Int?]

    /// `nil` where the shapes are not known as far as they matter.
    init?(_ op: Attention, _ node: Node, _ facts: InferredFacts) {
        let names = (0..<3).compactMap { node.input($0) }
        let shapes = names.compactMap { facts.dimensions($0) }
        guard names.count == 3, shapes.count == 3, shapes.allSatisfy({ $0.count == 3 || $0.count == 4 }),
            let element = facts[names[0]]?.element, element.isFloatingPoint
        else { return nil }
        let counts = zip(shapes, [op.queryHeads, op.keyHeads, op.keyHeads]).map { $0.count == 3 ? $1 : nil }
        let heads = zip(shapes, counts).map { shape, count in
            shape.count == 4 ? shape[1] : count.map(Dimension.known) ?? .unknown
        }
        guard heads[0] != .unknown, heads[1] == heads[0], heads[2] == heads[0],
            StandardHeads.hasAllKeys(node, shapes[1], facts)
        else { return nil }
        let size = shapes[0].last?.value.map { $0 / (counts[0] ?? 1) }
        guard let scale = op.scale.map(Double.init) ?? size.map({ 1 / Double($0).squareRoot() }), scale.isFinite else {
            return nil
        }
        (self.element, self.scale, self.counts, values) = (element, scale, counts, names)
        isPacked = shapes[0].count == 3
    }

    /// Whether the mask, if there is one, speaks of every key.
    private static func hasAllKeys(_ node: Node, _ key: [Dimension], _ facts: InferredFacts) -> Bool {
        guard let mask = node.input(3) else { return true }
        var length = key.count == 4 ? key[2] : key[1]
        if let past = node.input(4) {
            guard let own = length.value, let former = facts.dimensions(past)?.dropFirst(2).first?.value,
                own <= .max - former
            else { return false }
            length = .known(own + former)
        }
        guard let fact = facts[mask], fact.element == .bool || fact.element == facts[node.input(0)]?.element else {
            return false
        }
        return length != .unknown && fact.dimensions?.last == length
    }

    func split(_ replacement: inout Replacement) throws(BitdepthError) -> [ValueName] {
        var heads: [ValueName] = []
        for (value, count) in zip(values, counts) {
            guard let count else {
                heads.append(value)
                continue
            }
            heads.append(try replacement.heads(value, count: count))
        }
        return heads
    }
}
