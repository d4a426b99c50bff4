import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Attention as products, Softmax and what stands between.
    static let attention =
        [
            Rewriting.expansion(
                of: ContribAttention.self, "Attention(x, W, b, mask, past)",
                becomes: "three projections, MatMul, Softmax, MatMul", when: knownShapes, since: 11, allOutputs: true,
                expand: { op, node, facts, replacement throws(BitdepthError) in
                    guard let x = node.input(0), let weights = node.input(1), let element = facts[x]?.element,
                        let columns = facts.dimensions(weights)?.last?.value, facts.rank(weights) == 2,
                        let widths = widths(op.attention, columns: columns)
                    else { return false }
                    let parts = try replacement.split(weights, widths, axis: 1)
                    var rows: [ValueName] = []
                    for (name, part) in zip(operands, parts) {
                        rows.append(replacement.add("MatMul", [x, part], name: "\(node.label)_\(name)"))
                    }
                    if let bias = node.input(2) {
                        let biases = try replacement.split(bias, widths, axis: 0)
                        for index in rows.indices {
                            rows[index] = replacement.add("Add", [rows[index], biases[index]])
                        }
                    }
                    return try attend(
                        op.attention, rows, widths, element, mask: node.input(3), past: node.input(4),
                        bias: node.input(5),
                        node, facts, &replacement)
                }),
            Rewriting.expansion(
                of: QAttention.self, "Attention of codes",
                becomes: "DequantizeLinear, three projections, MatMul, Softmax, MatMul", when: knownShapes, since: 11,
                allOutputs: true,
                expand: { op, node, facts, replacement throws(BitdepthError) in
                    guard let weights = node.input(1), let element = facts[node.input(3)]?.element,
                        let columns = facts.dimensions(weights)?.last?.value, facts.rank(weights) == 2,
                        let widths = widths(op.attention, columns: columns), let bias = node.input(2),
                        let codes = try QuantizedColumns(node, widths, facts, &replacement)
                    else { return false }
                    let x = replacement.add("DequantizeLinear", [node.input(0), node.input(3), node.input(6)])
                    let biases = try replacement.split(bias, widths, axis: 0)
                    var rows: [ValueName] = []
                    for index in widths.indices {
                        let part = codes.dequantized(index, &replacement)
                        let product = replacement.add("MatMul", [x, part], name: "\(node.label)_\(operands[index])")
                        rows.append(replacement.add("Add", [product, biases[index]]))
                    }
                    return try attend(
                        op.attention, rows, widths, element, mask: node.input(5), past: node.input(8), bias: nil, node,
                        facts, &replacement)
                }),
        ] + multiHead + standardAttention

    static let knownShapes = "extents of heads are known; the mask is [B], [B, T] or [B, S, T]"
    static let operands = ["query", "key", "value"]

    /// Columns of queries, keys and values; `nil` where they are not whole heads.
    private static func widths(_ attention: SelfAttention, columns: Int) -> [Int]? {
        let widths = attention.widths ?? [Int](repeating: columns / 3, count: 3)
        guard widths.reduce(0, +) == columns, widths.allSatisfy({ $0 > 0 && $0 % attention.heads == 0 }) else {
            return nil
        }
        return widths
    }

    /// - Parameter rows: Queries, keys and values `[B, S, width]`.
    private static func attend(
        _ attention: SelfAttention, _ rows: [ValueName], _ widths: [Int], _ element: ElementType, mask: ValueName?,
        past: ValueName?, bias: ValueName?, _ node: Node, _ facts: InferredFacts, _ replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        var heads: [ValueName] = []
        for part in rows { heads.append(try replacement.heads(part, count: attention.heads)) }
        if let past {
            for index in 1...2 {
                let former = replacement.add("Gather", [past, try replacement.integer(index - 1)], ["axis": .int(0)])
                heads[index] = replacement.add("Concat", [former, heads[index]], ["axis": .int(2)])
            }
        }
        if let present = node.output(1) {
            guard widths[1] == widths[2] else { return false }
            let halves = [try replacement.unsqueeze(heads[1], [0]), try replacement.unsqueeze(heads[2], [0])]
            replacement.add("Concat", halves, ["axis": .int(0)], as: [present])
        }
        let size = widths[0] / attention.heads
        return try HeadAttention(
            parts: AttentionParts(
                query: heads[0], key: heads[1], value: heads[2], element: element,
                scale: attention.scale.map(Double.init) ?? 1 / Double(size).squareRoot()),
            batch: facts.dimensions(node.input(0))?.first, isCausal: attention.isCausal,
            maskFilter: attention.maskFilter, mask: mask,
            past: past.map { replacement.extent(of: $0, axis: 3) }, bias: bias
        ).write(node, facts, &replacement)
    }
}
