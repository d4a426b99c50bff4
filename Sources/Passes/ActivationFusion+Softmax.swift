import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ActivationFusion {
    /// Softmax spelled out by Exp and ReduceSum, with the maximum taken off before or not. Source: ONNX Softmax-13.
    static let softmax = [
        softmax("Softmax behind a ReduceMax", "e / Σe, e = exp(x − max(x))", exponential: stabilized, since: 13),
        softmax("Softmax", "e / Σe, e = exp(x)", exponential: .node("Exp", inputs: [x], as: "exp"), since: 13),
    ]

    /// `exp(x − max(x))`.
    private static let stabilized = Pattern.node(
        "Exp",
        inputs: [
            .node("Sub", inputs: [x, .node("ReduceMax", inputs: [x, .constant("max axes")]) { keepsRank($0) }])
        ], as: "exp")

    private static func softmax(
        _ name: String, _ formula: String, exponential: Pattern, since opset: Int
    ) -> Rewriting {
        let sum = Pattern.node("ReduceSum", inputs: [exponential, .constant("axes")]) { keepsRank($0) }
        return Rewriting(
            name, formula, becomes: "Softmax(x)", when: "both reduce the same one axis and keep it", since: opset,
            pattern: .either(
                .node("Div", inputs: [exponential, sum]),
                .commutative("Mul", exponential, .node("Reciprocal", inputs: [sum]))),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                guard let rank = facts.rank(x), let axis = try onlyAxis(match.optionalConstant("axes"), rank: rank)
                else { return false }
                if let other = match.optionalConstant("max axes") {
                    guard try onlyAxis(other, rank: rank) == axis else { return false }
                }
                replacement.add(
                    Node(
                        "Softmax", name: match.root.name, inputs: [x], outputs: [replacement.output],
                        attributes: ["axis": .int(axis == rank - 1 ? -1 : axis)]))
                return true
            })
    }

    private static func onlyAxis(_ axes: Tensor?, rank: Int) throws(BitdepthError) -> Int? {
        guard let axes = try axes?.integers(), axes.count == 1, axes[0] >= -rank, axes[0] < rank else { return nil }
        return axes[0] < 0 ? axes[0] + rank : axes[0]
    }

    static func keepsRank(_ node: Node) -> Bool { node.attributes["keepdims"].map { $0 == .int(1) } ?? true }
}
