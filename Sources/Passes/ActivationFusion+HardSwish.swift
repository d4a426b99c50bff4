import BitdepthGraphs
import BitdepthTensors

extension ActivationFusion {
    /// `min(max(x + 3, 0), 6)`.
    private static let shiftedRelu6 = Pattern.node(
        "Clip", inputs: [.commutative("Add", x, .scalar(3)), .scalar(0), .scalar(6)])
    private static let sixth = Pattern.scalar(1.0 / 6)

    /// `x · min(max(x + 3, 0), 6) / 6`, in every grouping, and `x · HardSigmoid(x)`. Source: ONNX HardSwish-14.
    static let hardSwish = [
        row(
            "HardSwish", "x · min(max(x + 3, 0), 6) / 6, x · HardSigmoid(x)", becomes: "HardSwish", since: 14,
            from: .either(
                .node("Div", inputs: [.commutative("Mul", x, shiftedRelu6), .scalar(6)]),
                .triple("Mul", x, shiftedRelu6, sixth),
                .commutative("Mul", x, .node("Div", inputs: [shiftedRelu6, .scalar(6)])),
                .commutative("Mul", .node("Div", inputs: [x, .scalar(6)]), shiftedRelu6),
                .commutative("Mul", x, .node("HardSigmoid", inputs: [x]) { isHardSwishGate($0) })))
    ]

    /// `min(max(x + 3, 0), 6) / 6`: the gate of squeeze-and-excitation blocks.
    static let hardSigmoid = [
        row(
            "HardSigmoid", "min(max(x + 3, 0), 6) / 6", becomes: "HardSigmoid",
            ["alpha": .float(1 / 6), "beta": .float(0.5)], since: 6,
            from: .either(.node("Div", inputs: [shiftedRelu6, .scalar(6)]), .commutative("Mul", shiftedRelu6, sixth)))
    ]

    private static func isHardSwishGate(_ node: Node) -> Bool {
        guard case .float(let alpha) = node.attributes["alpha"], abs(alpha * 6 - 1) <= 1e-6 else { return false }
        guard let beta = node.attributes["beta"] else { return true }
        return beta == .float(0.5)
    }
}
