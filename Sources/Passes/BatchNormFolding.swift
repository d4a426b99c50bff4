import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Folds a BatchNormalization into the Conv, ConvTranspose or Gemm before it: `w' = w·γ/√(σ²+ε)`, `b' = β + (b−μ)·γ/√(σ²+ε)`.
///
/// Not where the linear node's output has other users or is an output of the graph; a weight that other nodes read too
/// is copied. Source: Nagel et al. 2021 (arXiv 2106.08295), section 3.1.
public struct BatchNormFolding: RewritePass {
    public let name = "fold batch normalization"

    public init() {}

    public static let rewritings = [rule]

    private static let rule = Rewriting(
        "linear + BatchNormalization", "BatchNormalization(linear(x, w, b), γ, β, μ, σ²)",
        becomes: "linear(x, w·γ/√(σ²+ε), β + (b−μ)·γ/√(σ²+ε))", when: LinearNode.condition,
        pattern: .node(
            "BatchNormalization",
            inputs: [
                LinearNode.pattern, .constant("gamma"), .constant("beta"), .constant("mean"), .constant("variance"),
            ]
        )
    ) { match, replacement throws(BitdepthError) in
        let attributes = AttributeReader(match.root)
        guard
            try !attributes.flag("training_mode", default: false), var linear = try LinearNode(match),
            let affine = try ChannelAffine(
                gamma: match.constant("gamma"), beta: match.constant("beta"), mean: match.constant("mean"),
                variance: match.constant("variance"), epsilon: Double(attributes.float("epsilon", default: 1e-5)),
                channels: linear.channels),
            try linear.absorb(affine)
        else { return false }
        linear.replace(in: &replacement)
        return true
    }
}
