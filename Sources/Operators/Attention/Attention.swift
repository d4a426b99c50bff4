import BitdepthGraphs
import BitdepthTensors

/// Scaled dot product attention: softmax(scale · Q·Kᵀ + bias) · V, head by head.
///
/// Q `[B, Hq, S, D]`, K `[B, Hkv, T, D]`, V `[B, Hkv, T, Dv]` (or `[B, S, H · D]` with the numbers of heads as attributes),
/// optional mask, past K and V, numbers of valid keys `[B]` → Y in the form of Q, all of K and V, and the scores
/// `[B, Hq, S, T]` at the stage that `qk_matmul_output_mode` names. A query that sees no key gives zeros.
/// `softmax_precision` is at most that of the Double arithmetic here.
/// Source: ONNX operator specification, Attention-25; Vaswani et al. 2017 (arXiv 1706.03762).
public struct Attention: Operator {
    public static let signature = OperatorSignature(
        "Attention", versions: [23, 24, 25], inputs: 3...7, outputs: 1...4)

    /// The stage at which the scores are given out.
    public enum ScoreStage: Int, Sendable, CaseIterable { case product, softcapped, biased, probabilities }

    public let queryHeads: Int?
    public let keyHeads: Int?
    public let scale: Float?
    /// Scores are bent to stay within ± this; 0 leaves them.
    public let softcap: Float
    public let scoreStage: ScoreStage
    let window: ScoreBias.Window

    /// Whether a query sees no key behind its own position.
    public var isCausal: Bool { window.isCausal }
    /// Whether a query sees keys up to some distance only.
    public var isBounded: Bool { window.left != nil || window.right != nil }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        queryHeads = try attributes.headCount("q_num_heads")
        keyHeads = try attributes.headCount("kv_num_heads")
        scale = try attributes.float("scale")
        softcap = try attributes.float("softcap", default: 0)
        let stage = try attributes.int("qk_matmul_output_mode", default: 0)
        guard let scoreStage = ScoreStage(rawValue: stage) else {
            throw attributes.invalid("qk_matmul_output_mode", "is \(stage); it must be 0 to 3")
        }
        self.scoreStage = scoreStage
        window = ScoreBias.Window(
            isCausal: try attributes.flag("is_causal", default: false),
            left: try Attention.bound("left_window_size", attributes),
            right: try Attention.bound("right_window_size", attributes))
        if let precision = try attributes.int("softmax_precision") {
            guard try ElementType(onnxDataType: precision).isFloatingPoint else {
                throw attributes.invalid("softmax_precision", "is \(precision), which is no float type")
            }
        }
    }

    private static func bound(_ name: String, _ attributes: AttributeReader) throws(BitdepthError) -> Int? {
        let size = try attributes.int(name, default: -1)
        guard size >= -1 else { throw attributes.invalid(name, "is \(size); it must be -1 or more") }
        return size < 0 ? nil : size
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let q = try inputs.required(0, "Q")
        let k = try inputs.required(1, "K")
        let v = try inputs.required(2, "V")
        let query = try HeadDimensions(q.type.shape, heads: queryHeads, name: "Q")
        let key = try HeadDimensions(k.type.shape, heads: keyHeads, name: "K")
        let value = try HeadDimensions(v.type.shape, heads: keyHeads, name: "V")
        var total = key.length
        if let past = inputs.optional(4) {
            total = total.plus(try HeadDimensions(past.type.shape, heads: nil, name: "past_key").length)
        }
        let y: [Dimension]? =
            switch query.isPacked {
            case true?: [query.batch, query.length, try query.heads.times(value.size)]
            case false?: [query.batch, query.heads, query.length, value.size]
            case nil: nil
            }
        return [
            Fact(q.element, PartialShape(y)),
            Fact(k.element, PartialShape([key.batch, key.heads, total, key.size])),
            Fact(v.element, PartialShape([value.batch, value.heads, total, value.size])),
            Fact(q.element, PartialShape([query.batch, query.heads, query.length, total])),
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let q = try inputs.required(0, "Q")
        let k = try inputs.required(1, "K")
        let v = try inputs.required(2, "V")
        let query = try AttentionHeads(q, heads: queryHeads, name: "Q")
        var key = try AttentionHeads(k, heads: keyHeads, name: "K")
        var value = try AttentionHeads(v, heads: keyHeads, name: "V")
        let past = (key: inputs.optional(4), value: inputs.optional(5))
        let (pastLength, validKeys) = (past.key?.shape.dimensions.dropFirst(2).first ?? 0, inputs.optional(6))
        guard (past.key == nil) == (past.value == nil), past.key == nil || validKeys == nil else {
            throw BitdepthError(
                .invalidGraph, "past_key and past_value go together, and without nonpad_kv_seqlen")
        }
        if let pastKey = past.key, let pastValue = past.value {
            key = try key.joined(behind: try AttentionHeads(pastKey, heads: nil, name: "past_key"))
            value = try value.joined(behind: try AttentionHeads(pastValue, heads: nil, name: "past_value"))
        }
        let product = try ScaledDotProduct(
            query, key, value, scale: scale.map(Double.init), softcap: Double(softcap), scoreStage: scoreStage)
        let bias = try ScoreBias(
            window, scores: product.scoreShape, mask: inputs.optional(3), past: pastLength, validKeys: validKeys)
        let (y, scores) = try product.attend(bias)
        return [
            try y.tensor(q.type, isPacked: q.shape.rank == 3), try key.tensor(k.type), try value.tensor(v.type),
            try Tensor(reals: scores, shape: product.scoreShape, type: q.type),
        ]
    }
}
