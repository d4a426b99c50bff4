import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension TransposeSinking {
    static let elementwise = [function, pair] + constants

    /// Functions of single elements; what further inputs they have are numbers.
    private static let function = Rewriting(
        "function of a Transpose", "f(Transpose(x))", becomes: "Transpose(f(x))",
        when: "f works on single elements and nothing else reads the Transpose",
        pattern: .node(
            "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Gelu", "Mish",
            "Swish", "Softplus", "Softsign", "Abs", "Neg", "Sqrt", "Exp", "Log", "Erf", "Floor", "Ceil", "Round",
            "Reciprocal", "Clip", "Cast", inputs: [transpose(as: "transpose")], furtherInputs: true)
    ) { match, replacement throws(BitdepthError) in
        var node = match.root
        node.inputs[0] = try match.value("x")
        sink(node, before: try match.node("transpose"), &replacement)
        return true
    }

    /// Two operands in the same other order.
    private static let pair = Rewriting(
        "pair of Transposes", "f(Transpose(x), Transpose(y))", becomes: "Transpose(f(x, y))",
        when: "f is +, −, ·, / or a power, and the orders are equal",
        pattern: .either(
            [(false, false), (false, true), (true, false)].map { shared in
                .node(
                    "Add", "Sub", "Mul", "Div", "Pow",
                    inputs: [
                        transpose("x", as: "transpose", shared: shared.0),
                        transpose("y", as: "other", shared: shared.1),
                    ])
            }),
        typed: { match, facts, replacement throws(BitdepthError) in
            let permutation = try permutation(match)
            guard let permutation, permutation == (try TransposeSinking.permutation(match, "other")) else {
                return false
            }
            let (x, y) = (try match.value("x"), try match.value("y"))
            // Of fewer axes than the other, an operand broadcasts along leading axes, which are others before.
            guard facts.rank(x) == permutation.axes.count, facts.rank(y) == permutation.axes.count else { return false }
            var node = match.root
            node.inputs = [x, y]
            sink(node, before: try match.node("transpose"), &replacement)
            return true
        })

    /// A constant beside the Transpose, on either side.
    private static let constants = [0, 1].map { side in
        Rewriting(
            side == 0 ? "Transpose and constant" : "constant and Transpose",
            side == 0 ? "f(Transpose(x), c)" : "f(c, Transpose(x))",
            becomes: side == 0 ? "Transpose(f(x, c'))" : "Transpose(f(c', x))",
            when: "f is +, −, ·, /, PRelu or a power; c' is c in the other order",
            pattern: .node(
                "Add", "Sub", "Mul", "Div", "Pow", "PRelu",
                inputs: side == 0
                    ? [transpose(as: "transpose"), .constant("constant")]
                    : [.constant("constant"), transpose(as: "transpose")]),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                guard let permutation = try permutation(match), facts.rank(x) == permutation.axes.count,
                    let constant = try permutation.beforeTranspose(try match.constant("constant"))
                else { return false }
                let name = replacement.change(try match.value("constant"), to: constant)
                var node = match.root
                node.inputs = side == 0 ? [x, name] : [name, x]
                sink(node, before: try match.node("transpose"), &replacement)
                return true
            })
    }
}
