import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Products of codes that give reals.
    static let integerProducts = [
        Rewriting.expansion(
            of: DynamicQuantizeMatMul.self, "quantize(a) · b · scales + bias",
            becomes: "DynamicQuantizeLinear, MatMulInteger, Cast, Mul, Add", when: "the product is no number",
            since: 11,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                let outputs = ["codes", "scale", "zero_point"].map { replacement.newName("\(node.label)_\($0)") }
                replacement.add("DynamicQuantizeLinear", [node.input(0)], as: outputs)
                return try IntegerProduct(
                    codes: [outputs[0], node.input(1)], zeroPoints: [outputs[2], node.input(3)],
                    scales: [outputs[1], node.input(2)], bias: node.input(4)
                ).write(node, facts, &replacement)
            }),
        Rewriting.expansion(
            of: MatMulIntegerToFloat.self, "a · b · scales + bias", becomes: "MatMulInteger, Cast, Mul, Add",
            when: "the product is no number", since: 10,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                try IntegerProduct(
                    codes: [node.input(0), node.input(1)], zeroPoints: [node.input(4), node.input(5)],
                    scales: [node.input(2), node.input(3)], bias: node.input(6)
                ).write(node, facts, &replacement)
            }),
    ]

    /// `float(MatMulInteger(a, b)) · (scale of a · scale of b) + bias`.
    private struct IntegerProduct {
        var codes: [ValueName?]
        var zeroPoints: [ValueName?]
        var scales: [ValueName?]
        var bias: ValueName?

        func write(
            _ node: Node, _ facts: InferredFacts, _ replacement: inout Replacement
        ) throws(BitdepthError) -> Bool {
            // A scale of one axis would give a number that axis.
            guard let product = facts[replacement.output], let rank = product.rank, rank >= 1 else { return false }
            let sums = replacement.add("MatMulInteger", codes + zeroPoints, name: node.name)
            let reals = replacement.add("Cast", [sums], ["to": .int(Int(product.element.onnx))])
            let scale = replacement.add("Mul", scales)
            let scaled = replacement.add("Mul", [reals, scale])
            if let bias { _ = replacement.add("Add", [scaled, bias]) }
            replacement.produceOutput()
            return true
        }
    }
}
