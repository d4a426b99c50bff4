import BitdepthGraphs
import BitdepthTensors

/// Self-attention with the projection of its input: input `[B, S, D]`, weights `[D, Q + K + V]`, optional bias, mask, past
/// `[2, B, N, P, H]`, attention bias `[B or 1, N or 1, S, T]` → output `[B, S, V]`, present `[2, B, N, P + S, H]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.Attention-1.
public struct ContribAttention: Operator {
    public static let signature = OperatorSignature(
        .microsoft("Attention"), versions: [1], inputs: 2...7, outputs: 1...2)

    public let attention: SelfAttention

    public init(_ attributes: AttributeReader) throws(BitdepthError) { attention = try SelfAttention(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let input = try inputs.required(0, "input")
        return try attention.infer(
            input: input, weights: try inputs.required(1, "weights"), past: inputs.optional(4), element: input.element)
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let weights = try inputs.required(1, "weights")
        try input.requireRank(3, "input")
        try weights.requireRank(2, "weights")
        let product = try MatrixProduct(input.shape, weights.shape)
        var projected = try product.multiply(try input.doubles(), try weights.doubles())
        if let bias = inputs.optional(2) {
            try bias.requireShape([product.columns], "bias")
            let added = try bias.doubles()
            for i in projected.indices { projected[i] += added[i % added.count] }
        }
        return try attention.evaluate(
            projected, product.shape, mask: inputs.optional(3), past: inputs.optional(4), bias: inputs.optional(5),
            type: input.type)
    }
}

/// Attention whose input and weights are codes: input `[B, S, D]`, weights `[D, 3·H]`, bias, input scale, weight scale,
/// optional mask, optional zero points of input and weight, optional past.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.QAttention-1.
public struct QAttention: Operator {
    public static let signature = OperatorSignature(
        .microsoft("QAttention"), versions: [1], inputs: 5...9, outputs: 1...2)

    public let attention: SelfAttention

    public init(_ attributes: AttributeReader) throws(BitdepthError) { attention = try SelfAttention(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        try attention.infer(
            input: try inputs.required(0, "input"), weights: try inputs.required(1, "weight"),
            past: inputs.optional(8), element: try inputs.required(3, "input_scale").element)
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let weights = try inputs.required(1, "weight")
        let scale = try inputs.required(3, "input_scale")
        try input.requireRank(3, "input")
        try weights.requireRank(2, "weight")
        let projected = try QuantizedMatMul(
            a: input, scale: try scale.onlyScale("input_scale"), zeroPoint: inputs.optional(6), b: weights,
            scale: try inputs.required(4, "weight_scale"), zeroPoint: inputs.optional(7),
            bias: try inputs.required(2, "bias"))
        return try attention.evaluate(
            projected.values.map(Double.init), projected.shape, mask: inputs.optional(5), past: inputs.optional(8),
            bias: nil, type: scale.type)
    }
}
