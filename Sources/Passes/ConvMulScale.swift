import BitdepthGraphs
import BitdepthTensors

/// Takes a constant that the output of a Conv, ConvTranspose or Gemm is multiplied with (or divided by), one number per
/// channel or one for all, into weight and bias.
public struct ConvMulScale: Pass {
    public let name = "fold constant factors into the weight"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int { try Rewriter.apply(Self.rules, to: &graph) }

    static let rules = [
        RewriteRule("linear * constant", .commutative("Mul", LinearNode.pattern, .constant("factor"))) {
            match, replacement throws(BitdepthError) in
            try fold(match, divides: false, into: &replacement)
        },
        RewriteRule("linear / constant", .node("Div", inputs: [LinearNode.pattern, .constant("factor")])) {
            match, replacement throws(BitdepthError) in
            try fold(match, divides: true, into: &replacement)
        },
    ]

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
