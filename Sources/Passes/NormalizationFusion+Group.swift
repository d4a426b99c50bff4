import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension NormalizationFusion {
    /// More channels than any network has; a file could ask for an allocation of any size.
    private static let largestChannelCount = 1 << 20

    /// GroupNormalization as PyTorch's exporters write it: an InstanceNormalization whose channels are the groups.
    ///
    /// The groups are the second axis of what is normalized, whatever the channels are called: C/G channels each.
    /// Source: ONNX GroupNormalization-21; Wu and He 2018 (arXiv 1803.08494).
    static let groupNormalization = Rewriting(
        "GroupNormalization", "Reshape(InstanceNormalization(Reshape(x, [N, G, …]), c, b), shape of x)",
        becomes: "GroupNormalization(x, c, b)", when: "c and b are constant and repeated for the channels of a group",
        since: 21,
        pattern: .node(
            "Reshape",
            inputs: [
                .node(
                    "InstanceNormalization",
                    inputs: [
                        .node("Reshape", inputs: [.value("x"), .value()], as: "grouped"), .constant("scale"),
                        .constant("bias"),
                    ], as: "normalization"), .value(),
            ]),
        typed: { match, facts, replacement throws(BitdepthError) in
            let x = try match.value("x")
            let scale = try match.constant("scale")
            let bias = try match.constant("bias")
            let groups = scale.count
            guard facts.haveSameShape(x, match.root.output(0)), let outer = facts.dimensions(x), outer.count >= 3,
                let inner = facts.dimensions(try match.node("grouped").output(0)), inner.count >= 3,
                inner[0] == outer[0], inner[1] == .known(groups), bias.count == groups,
                let channels = outer[1].value, groups > 0, (1...largestChannelCount).contains(channels),
                channels % groups == 0
            else { return false }
            let each = channels / groups
            var names: [ValueName] = []
            for (parameter, what) in [(scale, "scale"), (bias, "bias")] {
                let values = try parameter.floats().flatMap { [Float](repeating: $0, count: each) }
                let tensor = try Tensor(floats: values, shape: Shape.vector(channels), type: parameter.type)
                names.append(replacement.add(tensor, named: "\(match.root.label)_\(what)"))
            }
            let epsilon = try AttributeReader(try match.node("normalization")).float("epsilon", default: 1e-5)
            replacement.add(
                Node(
                    "GroupNormalization", name: match.root.name, inputs: [x] + names, outputs: [replacement.output],
                    attributes: ["num_groups": .int(groups), "epsilon": .float(epsilon)]))
            return true
        })
}
