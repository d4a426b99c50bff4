import BitdepthGraphs
import BitdepthTensors

/// Takes a constant that is added to (or subtracted from) the output of a Conv, ConvTranspose or Gemm, one number per
/// channel or one for all, into the bias.
public struct ConvAddBias: RewritePass {
    public let name = "fold added constants into the bias"

    public init() {}

    public static let rewritings = [
        Rewriting(
            "linear + constant", "linear(x, w, b) + c", becomes: "linear(x, w, b + c)", when: condition,
            pattern: .commutative("Add", LinearNode.pattern, .constant("summand"))
        ) {
            match, replacement throws(BitdepthError) in
            try fold(match, sign: 1, into: &replacement)
        },
        Rewriting(
            "linear − constant", "linear(x, w, b) − c", becomes: "linear(x, w, b − c)", when: condition,
            pattern: .node("Sub", inputs: [LinearNode.pattern, .constant("summand")])
        ) {
            match, replacement throws(BitdepthError) in
            try fold(match, sign: -1, into: &replacement)
        },
    ]

    private static let condition = LinearNode.condition + " and c is one number per channel or one for all"

    private static func fold(_ match: Match, sign: Double, into replacement: inout Replacement) throws(BitdepthError)
        -> Bool
    {
        guard
            var linear = try LinearNode(match),
            var affine = try ChannelAffine(
                adding: match.constant("summand"), channels: linear.channels, rank: linear.rank)
        else { return false }
        affine.shift = affine.shift.map { sign * $0 }
        guard try linear.absorb(affine) else { return false }
        linear.replace(in: &replacement)
        return true
    }
}
