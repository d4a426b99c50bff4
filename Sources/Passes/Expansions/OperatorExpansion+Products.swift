import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Matrix products with an activation, a factor or transpositions inside.
    static let products = [
        Rewriting.expansion(
            of: FusedGemm.self, "activation(Gemm(a, b, c))", becomes: "Gemm, activation",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let element = facts[node.input(0)]?.element else { return false }
                let sums = replacement.add(
                    "Gemm", node.inputs, node.attributes("alpha", "beta", "transA", "transB"), name: node.name)
                _ = try replacement.add(op.activation, sums, element)
                replacement.produceOutput()
                return true
            }),
        Rewriting.expansion(
            of: FusedMatMul.self, "alpha · A' · B'", becomes: "Transpose, MatMul, Mul", when: "the ranks are known",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                try multiply(op, node, facts, &replacement)
            }),
        Rewriting.expansion(
            of: TransposeMatMul.self, "alpha · A' · B'", becomes: "Transpose, MatMul, Mul", when: "the ranks are known",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                try multiply(op.product, node, facts, &replacement)
            }),
    ]

    private static func multiply(
        _ product: FusedMatMul, _ node: Node, _ facts: InferredFacts, _ replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        guard let a = node.input(0), let b = node.input(1), let rankOfA = facts.rank(a), let rankOfB = facts.rank(b),
            let element = facts[a]?.element
        else { return false }
        let left = replacement.transpose(a, product.left.axes(rank: rankOfA))
        let right = replacement.transpose(b, product.right.axes(rank: rankOfB))
        let result = replacement.add("MatMul", [left, right], name: node.name)
        if product.alpha != 1 {
            let factor = try replacement.number(Double(product.alpha), element)
            _ = replacement.add("Mul", [result, factor])
        }
        replacement.produceOutput()
        return true
    }
}

extension Replacement {
    /// A value with its axes in another order; itself where they stay.
    mutating func transpose(_ value: ValueName, _ axes: [Int]) -> ValueName {
        axes == Array(axes.indices) ? value : add("Transpose", [value], ["perm": .ints(axes)])
    }
}
