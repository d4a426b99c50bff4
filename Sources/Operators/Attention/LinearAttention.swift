import BitdepthGraphs
import BitdepthTensors

/// Attention whose past is a matrix S `[dk, dv]` per head, renewed at each step, instead of all keys and values.
///
/// query `[B, T, Hq · dk]`, key `[B, T, Hkv · dk]`, value `[B, T, Hkv · dv]`, optional past S `[B, Hkv, dk, dv]`, decay
/// `[B, T, Hkv · dk]` or `[B, T, Hkv]`, beta `[B, T, Hkv]` or `[B, T, 1]` → `[B, T, Hq · dv]` and the last S. At a step S is
/// first multiplied by exp(decay) (gated rules); then k ⊗ v is added, where v is beta · (v - Sᵀ·k) by the delta rules; the
/// output is scale · Sᵀ·q.
/// Source: ONNX operator specification, LinearAttention-27; Yang et al. 2024 (arXiv 2412.06464).
public struct LinearAttention: Operator {
    public static let signature = OperatorSignature(
        "LinearAttention", versions: [27], inputs: 3...6, outputs: 1...2)

    public enum Rule: String, Sendable, CaseIterable {
        case linear, gated, delta
        case gatedDelta = "gated_delta"

        var decays: Bool { self == .gated || self == .gatedDelta }
        var corrects: Bool { self == .delta || self == .gatedDelta }
    }

    public let rule: Rule
    public let queryHeads: Int
    public let keyHeads: Int
    /// 0 stands for 1/√dk.
    public let scale: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        rule = try attributes.choice("update_rule", default: .gatedDelta)
        queryHeads = try attributes.required("q_num_heads", try attributes.headCount("q_num_heads"))
        keyHeads = try attributes.required("kv_num_heads", try attributes.headCount("kv_num_heads"))
        scale = try attributes.float("scale", default: 0)
        guard queryHeads % keyHeads == 0 else {
            throw attributes.invalid("q_num_heads", "is \(queryHeads), no multiple of \(keyHeads) heads of keys")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let query = try inputs.required(0, "query")
        let q = try dimensions(query, queryHeads, "query")
        let k = try dimensions(try inputs.required(1, "key"), keyHeads, "key")
        let v = try dimensions(try inputs.required(2, "value"), keyHeads, "value")
        let past = inputs.optional(3)
        let width = try Dimension.known(queryHeads).times(v.size)
        return [
            Fact(query.element, PartialShape([q.batch, q.length, width])),
            Fact((past ?? query).element, PartialShape([q.batch, .known(keyHeads), k.size, v.size])),
        ]
    }

    private func dimensions(_ fact: Fact, _ heads: Int, _ name: String) throws(BitdepthError) -> HeadDimensions {
        guard fact.rank ?? 3 == 3 else {
            throw BitdepthError(.shapeMismatch, "\(name) has rank \(fact.rank ?? 0); it must be 3")
        }
        return try HeadDimensions(fact.type.shape, heads: heads, name: name)
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        _ = try infer(inputs.map { $0.map { Fact(TensorType(of: $0)) } })
        let query = try inputs.required(0, "query")
        let past = inputs.optional(3)
        var recurrence = try LinearRecurrence(
            query: try AttentionHeads(query, heads: queryHeads, name: "query"),
            key: try AttentionHeads(try inputs.required(1, "key"), heads: keyHeads, name: "key"),
            value: try AttentionHeads(try inputs.required(2, "value"), heads: keyHeads, name: "value"), past: past)
        if rule.decays { recurrence.decay = try heads(inputs.optional(4), "decay") }
        if rule.corrects { recurrence.beta = try beta(inputs.optional(5)) }
        let (output, state) = try recurrence.run(scale: scale == 0 ? nil : Double(scale))
        return [
            try output.tensor(query.type, isPacked: true),
            try Tensor(reals: state, shape: recurrence.stateShape, type: (past ?? query).type),
        ]
    }

    private func heads(_ tensor: Tensor?, _ name: String) throws(BitdepthError) -> AttentionHeads {
        guard let tensor, tensor.shape.rank == 3 else {
            throw BitdepthError(.invalidGraph, "update rule \(rule.rawValue) needs \(name) of three axes")
        }
        return try AttentionHeads(tensor, heads: keyHeads, name: name)
    }

    /// One rate for each head; a single one is shared by all.
    private func beta(_ tensor: Tensor?) throws(BitdepthError) -> AttentionHeads {
        guard let tensor, tensor.shape.rank == 3, tensor.shape[2] == 1, keyHeads > 1 else {
            return try heads(tensor, "beta")
        }
        return try AttentionHeads(tensor, heads: 1, name: "beta")
    }
}
