import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Factors and summands behind a normalization that become its scale and bias.
extension NormalizationFusion {
    private static let lanes = Pattern.node(
        "LayerNormalization", "RMSNormalization", inputs: [.value("x"), .value("scale"), .optional(.value("bias"))],
        as: "normalization")

    /// Behind LayerNormalization and RMSNormalization: one number for each normalized place.
    static let laneParameters = [
        Rewriting(
            "normalization · c", "LayerNormalization(x, s), RMSNormalization(x, s), times c", becomes: "scale s·c",
            when: "c has the shape of the normalized axes and there is no bias yet", since: 17,
            pattern: .commutative("Mul", lanes, .value("factor")),
            typed: { match, facts, replacement throws(BitdepthError) in
                var node = try match.node("normalization")
                guard node.input(2) == nil,
                    let axes = try NormalizedAxes(facts[try match.value("x")], normalizedBy: node),
                    let old = match.optionalConstant("scale"), let scales = try axes.values(of: old)
                else { return false }
                let factor = try match.value("factor")
                if let constant = match.optionalConstant("factor") {
                    guard let factors = try axes.values(of: constant),
                        let product = try Tensor(
                            finite: zip(scales, factors).map { $0 * $1 }, shape: axes.extents, type: axes.element)
                    else { return false }
                    node.inputs[1] = replacement.change(factor, to: product)
                } else {
                    guard facts[factor]?.type == TensorType(axes.element, axes.extents),
                        scales.allSatisfy({ $0 == 1 })
                    else { return false }
                    node.inputs[1] = factor
                }
                node.outputs = [replacement.output]
                replacement.add(node)
                return true
            }),
        Rewriting(
            "normalization + c", "LayerNormalization(x, s) + c", becomes: "LayerNormalization(x, s, c)",
            when: "c has the shape of the normalized axes and there is no bias yet", since: 17,
            pattern: .commutative("Add", lanes, .value("summand")),
            typed: { match, facts, replacement throws(BitdepthError) in
                var node = try match.node("normalization")
                let summand = try match.value("summand")
                guard node.op == "LayerNormalization", node.input(2) == nil,
                    let axes = try NormalizedAxes(facts[try match.value("x")], normalizedBy: node)
                else { return false }
                var bias = summand
                if let constant = match.optionalConstant("summand") {
                    guard let values = try axes.values(of: constant),
                        let tensor = try Tensor(finite: values, shape: axes.extents, type: axes.element)
                    else { return false }
                    bias = replacement.change(summand, to: tensor)
                } else {
                    guard facts[summand]?.type == TensorType(axes.element, axes.extents) else { return false }
                }
                node.inputs = [try match.value("x"), try match.value("scale"), bias]
                node.outputs = [replacement.output]
                replacement.add(node)
                return true
            }),
    ]

    private static let channels = Pattern.node(
        "InstanceNormalization", "GroupNormalization",
        inputs: [.value("x"), .constant("scale"), .constant("bias")], as: "normalization")

    /// Behind InstanceNormalization and GroupNormalization: one number per channel.
    static let channelParameters = [
        Rewriting(
            "channel normalization · c", "InstanceNormalization(x, s, b), GroupNormalization(x, s, b), times c",
            becomes: "scale s·c, bias b·c", when: "c is one number per channel or one for all",
            pattern: .commutative("Mul", channels, .constant("operand")),
            typed: { match, facts, replacement throws(BitdepthError) in
                try absorb(match, facts, &replacement) { .init(scale: $0 * $2, bias: $1 * $2) }
            }),
        Rewriting(
            "channel normalization + c", "InstanceNormalization(x, s, b), GroupNormalization(x, s, b), plus c",
            becomes: "bias b + c", when: "c is one number per channel or one for all",
            pattern: .commutative("Add", channels, .constant("operand")),
            typed: { match, facts, replacement throws(BitdepthError) in
                try absorb(match, facts, &replacement) { .init(scale: $0, bias: $1 + $2) }
            }),
    ]

    private struct Parameters {
        var scale: Double
        var bias: Double
    }

    private static func absorb(
        _ match: Match, _ facts: InferredFacts, _ replacement: inout Replacement,
        _ combine: (Double, Double, Double) -> Parameters
    ) throws(BitdepthError) -> Bool {
        let (scale, bias) = (try match.constant("scale"), try match.constant("bias"))
        guard let rank = facts.rank(try match.value("x")), scale.count == bias.count, scale.count > 0,
            let operands = try match.constant("operand").perChannel(scale.count, rank: rank)
        else { return false }
        let (scales, biases) = (try scale.doubles(), try bias.doubles())
        let new = operands.indices.map { combine(scales[$0], biases[$0], operands[$0]) }
        guard let newScale = try Tensor(finite: new.map(\.scale), shape: scale.shape, type: scale.type),
            let newBias = try Tensor(finite: new.map(\.bias), shape: bias.shape, type: bias.type)
        else { return false }
        var node = try match.node("normalization")
        node.inputs[1] = replacement.change(try match.value("scale"), to: newScale)
        node.inputs[2] = replacement.change(try match.value("bias"), to: newBias)
        node.outputs = [replacement.output]
        replacement.add(node)
        return true
    }
}
