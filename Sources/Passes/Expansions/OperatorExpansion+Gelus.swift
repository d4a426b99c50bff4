import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// GELU with a bias inside, in its exact form and in its approximations.
    static let gelus = [
        Rewriting.expansion(
            of: ContribGelu.self, "Gelu(x)", becomes: "Gelu", since: 20,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                replacement.add("Gelu", [node.input(0)], name: node.name, as: [replacement.output])
                return true
            }),
        Rewriting.expansion(
            of: BiasGelu.self, "Gelu(x + b)", becomes: "Add, Gelu", since: 20,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                let sum = replacement.add("Add", node.inputs)
                replacement.add("Gelu", [sum], name: node.name, as: [replacement.output])
                return true
            }),
        Rewriting.expansion(
            of: FastGelu.self, "Gelu by tanh(x + b)", becomes: "Add, Gelu(approximate = tanh)", since: 20,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                let x = node.input(1) == nil ? node.input(0) : replacement.add("Add", node.inputs)
                replacement.add(
                    "Gelu", [x], ["approximate": .text("tanh")], name: node.name, as: [replacement.output])
                return true
            }),
        Rewriting.expansion(
            of: QuickGelu.self, "x · Sigmoid(alpha · x)", becomes: "Swish(alpha)", since: 24,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                replacement.add(
                    "Swish", [node.input(0)], ["alpha": .float(op.alpha)], name: node.name, as: [replacement.output])
                return true
            }),
        Rewriting.expansion(
            of: BiasSplitGelu.self, "left half of x + b · Gelu(right half)", becomes: "Add, Split, Gelu, Mul",
            since: 20,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                let sum = replacement.add("Add", node.inputs)
                let halves = ["left", "right"].map { replacement.newName("\(node.label)_\($0)") }
                replacement.add("Split", [sum], ["axis": .int(-1), "num_outputs": .int(2)], as: halves)
                let gate = replacement.add("Gelu", [halves[1]], name: node.name)
                replacement.add("Mul", [halves[0], gate], as: [replacement.output])
                return true
            }),
    ]
}
