import BitdepthGraphs
import BitdepthTensors

/// Takes a constant that is added to (or subtracted from) the output of a Conv, ConvTranspose or Gemm, one number per
/// channel or one for all, into the bias.
public struct ConvAddBias: Pass {
    public let name = "fold added constants into the bias"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int { try Rewriter.apply(Self.rules, to: &graph) }

    static let rules = [
        RewriteRule("linear + constant", .commutative("Add", LinearNode.pattern, .constant("summand"))) {
            match, replacement throws(BitdepthError) in
            try fold(match, sign: 1, into: &replacement)
        },
        RewriteRule("linear - constant", .node("Sub", inputs: [LinearNode.pattern, .constant("summand")])) {
            match, replacement throws(BitdepthError) in
            try fold(match, sign: -1, into: &replacement)
        },
    ]

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
