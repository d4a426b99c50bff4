import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension OperatorExpansion {
    /// Convolutions with a sum, an activation, or channels on the last axis inside.
    static let convolutions = [
        Rewriting.expansion(
            of: FusedConv.self, "activation(Conv(x, W, b) + z)", becomes: "Conv, Add, activation",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                try convolve(node, op.activation, facts, rank: nil, &replacement)
            }),
        Rewriting.expansion(
            of: NhwcConv.self, "Conv of channels that come last", becomes: "Transpose, Conv, Transpose",
            when: "the rank is known",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let x = node.input(0), let rank = facts.rank(x), rank >= 3 else { return false }
                return try convolve(node, nil, facts, rank: rank, &replacement)
            }),
        Rewriting.expansion(
            of: NhwcFusedConv.self, "activation(Conv + z) of channels that come last",
            becomes: "Transpose, Conv, Add, activation, Transpose", when: "the rank is known",
            expand: { op, node, facts, replacement throws(BitdepthError) in
                guard let x = node.input(0), let rank = facts.rank(x), rank >= 3 else { return false }
                return try convolve(node, op.conv.activation, facts, rank: rank, &replacement)
            }),
    ]

    /// - Parameter rank: Of the data, where its channels come last; `nil` where they come first.
    private static func convolve(
        _ node: Node, _ activation: FusedActivation?, _ facts: InferredFacts, rank: Int?,
        _ replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        guard let x = node.input(0), let element = facts[x]?.element else { return false }
        let first = rank.map { [0, $0 - 1] + Array(1..<$0 - 1) }
        func channelsFirst(_ value: ValueName) -> ValueName {
            guard let first else { return value }
            return replacement.add("Transpose", [value], ["perm": .ints(first)])
        }
        let data = channelsFirst(x)
        var result = replacement.add(
            "Conv", [data, node.input(1), node.input(2)],
            node.attributes("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"), name: node.name)
        if let z = node.input(3) {
            let sum = channelsFirst(z)
            result = replacement.add("Add", [result, sum])
        }
        if let activation { result = try replacement.add(activation, result, element) }
        if let rank {
            _ = replacement.add("Transpose", [result], ["perm": .ints([0] + Array(2..<rank) + [1])])
        }
        replacement.produceOutput()
        return true
    }
}

extension Replacement {
    /// The activation of a fused operator, as a node behind its sums.
    mutating func add(
        _ activation: FusedActivation, _ x: ValueName, _ element: ElementType
    ) throws(BitdepthError) -> ValueName {
        switch activation.function {
        case .none: return x
        case .unary(let op, let attributes): return add(type(of: op).signature.name, [x], attributes)
        case .clip(let low, let high):
            var bounds: [ValueName?] = []
            for bound in [low, high] {
                bounds.append(bound.isInfinite ? nil : try number(Double(bound), element))
            }
            return add("Clip", [x] + bounds)
        }
    }
}
