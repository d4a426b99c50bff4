import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    static let multiHead = [
        Rewriting.expansion(
            of: MultiHeadAttention.self, "MultiHeadAttention(q, k, v, b, mask, bias, past)",
            becomes: "MatMul, Softmax, MatMul", when: "\(knownShapes); q, k and v are not packed", since: 11,
            allOutputs: true,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let query = facts[node.input(0)], let width = query.dimensions?.last?.value, query.rank == 3,
                    let operands = try operands(op, node, width: width, facts, &replacement), node.output(3) == nil,
                    width % op.heads == 0, width > 0
                else { return false }
                var (key, value) = (operands[1], operands[2])
                if let pastKey = node.input(6), let pastValue = node.input(7) {
                    key = replacement.add("Concat", [pastKey, key], ["axis": .int(2)])
                    value = replacement.add("Concat", [pastValue, value], ["axis": .int(2)])
                }
                for (heads, output) in [(key, node.output(1)), (value, node.output(2))] where output != nil {
                    replacement.add("Identity", [heads], as: [output])
                }
                let scale = op.attention.scale.map(Double.init) ?? 1 / Double(width / op.heads).squareRoot()
                return try HeadAttention(
                    parts: AttentionParts(
                        query: operands[0], key: key, value: value, element: query.element, scale: scale),
                    batch: query.dimensions?.first, isCausal: op.attention.isCausal,
                    maskFilter: op.attention.maskFilter, mask: node.input(4),
                    past: node.input(6).map { replacement.extent(of: $0, axis: 2) }, bias: node.input(5)
                ).write(node, facts, &replacement)
            })
    ]

    /// Queries, keys and values as heads, their biases added; `nil` for packed ones.
    private static func operands(
        _ op: MultiHeadAttention, _ node: Node, width: Int, _ facts: InferredFacts, _ replacement: inout Replacement
    ) throws(BitdepthError) -> [ValueName]? {
        guard let query = node.input(0), let key = node.input(1), let value = node.input(2),
            let rank = facts.rank(key), rank == facts.rank(value), rank == 3 || rank == 4
        else { return nil }
        let bias = node.input(3)
        guard rank == 3 else {
            var rows = query
            if let bias { rows = replacement.add("Add", [query, try replacement.slice(bias, 0..<width)]) }
            return [try replacement.heads(rows, count: op.heads), key, value]
        }
        var rows = [query, key, value]
        if let bias {
            guard let valueWidth = facts.dimensions(value)?.last?.value else { return nil }
            let biases = try replacement.split(bias, [width, width, valueWidth], axis: 0)
            for index in rows.indices { rows[index] = replacement.add("Add", [rows[index], biases[index]]) }
        }
        var heads: [ValueName] = []
        for part in rows { heads.append(try replacement.heads(part, count: op.heads)) }
        return heads
    }
}

extension Replacement {
    /// Elements of a vector.
    fileprivate mutating func slice(_ vector: ValueName, _ range: Range<Int>) throws(BitdepthError) -> ValueName {
        add("Slice", [vector, try integers([range.lowerBound]), try integers([range.upperBound])])
    }
}
