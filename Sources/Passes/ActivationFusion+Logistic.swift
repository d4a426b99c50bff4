import BitdepthGraphs
import BitdepthTensors

extension ActivationFusion {
    /// Sigmoid spelled out, and what multiplies a value with its own Sigmoid.
    ///
    /// Source: ONNX Sigmoid-13, Swish-24; Ramachandran et al. 2017 (arXiv 1710.05941).
    static let logistic = [
        row(
            "Sigmoid", "1 / (1 + exp(−x))", becomes: "Sigmoid", since: 1,
            from: .either(
                .node("Div", inputs: [.scalar(1), denominator]), .node("Reciprocal", inputs: [denominator]))),
        row(
            "SiLU by division", "x / (1 + exp(−x))", becomes: "Swish", since: 24,
            from: .node("Div", inputs: [x, denominator])),
        row(
            "SiLU", "x · Sigmoid(x)", becomes: "Swish", since: 24,
            from: .commutative("Mul", x, .node("Sigmoid", inputs: [x]))),
        scaledSwish,
    ]

    /// `1 + exp(−x)`.
    private static let denominator = Pattern.commutative(
        "Add", .scalar(1), .node("Exp", inputs: [.node("Neg", inputs: [x])]))

    private static let scaledSwish = Rewriting(
        "Swish with a factor", "x · Sigmoid(c · x)", becomes: "Swish(x, alpha = c)", when: "c is one number", since: 24,
        pattern: .commutative(
            "Mul", x, .node("Sigmoid", inputs: [.commutative("Mul", x, .constant("factor") { $0.count == 1 })])),
        typed: { match, facts, replacement throws(BitdepthError) in
            let factor = try match.constant("factor")
            guard let alpha = try factor.floats().first, alpha.isFinite,
                factor.shape.rank <= facts.rank(try match.value("x")) ?? 0
            else { return false }
            replacement.add(
                Node(
                    "Swish", name: match.root.name, inputs: [try match.value("x")], outputs: [replacement.output],
                    attributes: ["alpha": .float(alpha)]))
            return true
        })

    /// Softplus spelled out, and Mish. Source: ONNX Softplus-22, Mish-22; Misra 2019 (arXiv 1908.08681).
    static let softplus = [
        row(
            "Softplus", "log(exp(x) + 1)", becomes: "Softplus", since: 1,
            from: .node("Log", inputs: [.commutative("Add", .node("Exp", inputs: [x]), .scalar(1))])),
        row(
            "Mish", "x · tanh(Softplus(x))", becomes: "Mish", since: 18,
            from: .commutative("Mul", x, .node("Tanh", inputs: [.node("Softplus", inputs: [x])]))),
    ]
}
