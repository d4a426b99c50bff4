import BitdepthGraphs
import BitdepthTensors

/// Takes a constant that the output of a Conv, ConvTranspose or Gemm is multiplied with (or divided by), one number per
/// channel or one for all, into weight and bias.
public struct ConvMulScale: RewritePass {
    public let name = "fold constant factors into the weight"

    public init() {}

    public static let rewritings = [
        Rewriting(
            "linear · constant", "linear(x, w, b) · c", becomes: "linear(x, w·c, b·c)", when: condition,
            pattern: .commutative("Mul", LinearNode.pattern, .constant("factor"))
        ) {
            match, replacement throws(BitdepthError) in
            try fold(match, divides: false, into: &replacement)
        },
        Rewriting(
            "linear / constant", "linear(x, w, b) / c", becomes: "linear(x, w/c, b/c)", when: condition,
            pattern: .node("Div", inputs: [LinearNode.pattern, .constant("factor")])
        ) {
            match, replacement throws(BitdepthError) in
            try fold(match, divides: true, into: &replacement)
        },
    ]

    private static let condition = LinearNode.condition + " and c is one number per channel or one for all"

    private static func fold(_ match: Match, divides: Bool, into replacement: inout Replacement) throws(BitdepthError)
        -> Bool
    {
        guard
            var linear = try LinearNode(match),
            var affine = try ChannelAffine(
                multiplyingBy: match.constant("factor"), channels: linear.channels, rank: linear.rank)
        else { return false }
        if divides { affine.scale = affine.scale.map { 1 / $0 } }
        guard try linear.absorb(affine) else { return false }
        linear.replace(in: &replacement)
        return true
    }
}
