import BitdepthGraphs
import BitdepthTensors

extension ActivationFusion {
    /// GELU spelled out by Erf and by Tanh. Source: Hendrycks and Gimpel 2016 (arXiv 1606.08415); ONNX Gelu-20.
    static let gelu = [
        row("Gelu by Erf", "0.5 · x · (1 + erf(x/√2))", becomes: "Gelu", since: 20, from: half(of: erfGate)),
        row(
            "Gelu by Tanh", "0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))", becomes: "Gelu",
            ["approximate": .text("tanh")], since: 20, from: half(of: tanhGate)),
    ]

    /// `0.5 · x · gate`, in every grouping.
    private static func half(of gate: Pattern) -> Pattern {
        .either(
            .triple("Mul", x, gate, .scalar(0.5)),
            .node("Div", inputs: [.commutative("Mul", x, gate), .scalar(2)]),
            .commutative("Mul", .node("Div", inputs: [x, .scalar(2)]), gate),
            .commutative("Mul", x, .node("Div", inputs: [gate, .scalar(2)])))
    }

    /// `1 + erf(x / √2)`.
    private static let erfGate = Pattern.commutative(
        "Add",
        .node(
            "Erf",
            inputs: [
                .either(
                    .node("Div", inputs: [x, .scalar(2.0.squareRoot())]),
                    .commutative("Mul", x, .scalar(0.5.squareRoot())))
            ]),
        .scalar(1))

    /// `1 + tanh(√(2/π) · (x + 0.044715 · x³))`.
    private static let tanhGate = Pattern.commutative(
        "Add",
        .node(
            "Tanh",
            inputs: [
                .either(
                    .commutative("Mul", .commutative("Add", x, cubicTerm), root),
                    .triple("Mul", x, root, .commutative("Add", .triple("Mul", x, x, cubicFactor), .scalar(1))))
            ]),
        .scalar(1))

    /// `√(2/π)`.
    private static let root = Pattern.scalar((2 / Double.pi).squareRoot())
    private static let cubicFactor = Pattern.scalar(0.044715)

    /// `0.044715 · x³`.
    private static let cubicTerm = Pattern.either(
        .commutative("Mul", .node("Pow", inputs: [x, .scalar(3)]), cubicFactor),
        .commutative("Mul", .commutative("Mul", .commutative("Mul", x, x), x), cubicFactor),
        .commutative("Mul", .triple("Mul", x, x, cubicFactor), x))
}
