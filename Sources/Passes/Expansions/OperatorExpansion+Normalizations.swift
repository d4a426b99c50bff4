import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Normalizations of sums, and RMSNormalization under its older name.
    static let normalizations = [
        Rewriting.expansion(
            of: SkipLayerNormalization.self, "LayerNormalization(x + skip + bias)", becomes: "Add, LayerNormalization",
            since: 17, allOutputs: true,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                let sum = replacement.sum(of: node, bias: node.input(4))
                replacement.add(
                    "LayerNormalization", [sum, node.input(2), node.input(3)],
                    ["axis": .int(-1), "epsilon": .float(op.epsilon)], name: node.name,
                    as: [node.output(0), node.output(1), node.output(2)])
                return true
            }),
        Rewriting.expansion(
            of: SkipSimplifiedLayerNormalization.self, "RMSNormalization(x + skip + bias)",
            becomes: "Add, RMSNormalization", when: "mean and inverse deviation are not asked for", since: 23,
            allOutputs: true,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard node.output(1) == nil, node.output(2) == nil else { return false }
                let sum = replacement.sum(of: node, bias: node.input(3))
                replacement.add(
                    "RMSNormalization", [sum, node.input(2)], ["axis": .int(-1), "epsilon": .float(op.epsilon)],
                    name: node.name, as: [replacement.output])
                return true
            }),
        Rewriting.expansion(
            of: SimplifiedLayerNormalization.self, "RMSNormalization(x)", becomes: "RMSNormalization",
            when: "x and scale are of one type", since: 23,
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let element = facts[node.input(0)]?.element, element == facts[node.input(1)]?.element else {
                    return false
                }
                replacement.add(
                    "RMSNormalization", node.inputs, ["axis": .int(op.axis), "epsilon": .float(op.epsilon)],
                    name: node.name, as: [replacement.output])
                return true
            }),
    ]
}

extension Replacement {
    /// The sum that a normalization of inputs 0 and 1 begins with, which may be its fourth output.
    fileprivate mutating func sum(of node: Node, bias: ValueName?) -> ValueName {
        let sum = node.output(3) ?? newName("\(output)_sum")
        guard let bias else {
            add("Add", [node.input(0), node.input(1)], as: [sum])
            return sum
        }
        // Input 0 is mostly a product, to which the bias belongs.
        let biased = add("Add", [node.input(0), bias])
        add("Add", [biased, node.input(1)], as: [sum])
        return sum
    }
}
