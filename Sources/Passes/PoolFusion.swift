import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Recognises the mean over all pixels, which frameworks without a global pool spell as a reduction.
public struct PoolFusion: RewritePass {
    public let name = "fuse pools"

    public init() {}

    public static let rewritings = [
        Rewriting(
            "mean over all pixels", "ReduceMean(x, 2 … last axis)",
            becomes: "GlobalAveragePool(x), flattened where the axes are not kept", when: "x is [N, C, H, W, …]",
            pattern: .node("ReduceMean", inputs: [.value("x"), .constant("axes")]),
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                // The mean of [N, L, C] over its last axis is mostly the beginning of a normalization.
                guard let rank = facts.rank(x), rank >= 4, facts[x]?.element.isFloatingPoint ?? false else {
                    return false
                }
                let axes = try match.constant("axes").integers().map { $0 < 0 ? $0 &+ rank : $0 }.sorted()
                guard axes == Array(2..<rank) else { return false }
                let keeps = ActivationFusion.keepsRank(match.root)
                let pooled = keeps ? replacement.output : replacement.newName("\(replacement.output)_pooled")
                replacement.add(
                    Node("GlobalAveragePool", name: match.root.name, inputs: [x], outputs: [pooled]))
                if !keeps {
                    replacement.add(Node("Flatten", inputs: [pooled], outputs: [replacement.output]))
                }
                return true
            })
    ]
}
