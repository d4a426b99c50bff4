import BitdepthGraphs
import BitdepthTensors

/// Convolution, plus an optional tensor Z of the output's shape, then an activation: X, W, optional B and Z.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.FusedConv-1.
public struct FusedConv: Operator {
    public static let signature = OperatorSignature(.microsoft("FusedConv"), versions: [1], inputs: 2...4)

    public let conv: Conv
    public let activation: FusedActivation

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        conv = try Conv(attributes)
        activation = try FusedActivation(
            try attributes.string("activation"), try attributes.floats("activation_params") ?? [], attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try conv.infer(Array(inputs.prefix(3))) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        let sums = try conv.convolution.sums(
            try x.doubles(), x.shape, try w.doubles(), w.shape, bias: try inputs.optional(2)?.doubles())
        var values = sums.values
        if let z = inputs.optional(3) {
            try z.requireShape(sums.shape.dimensions, "Z")
            for (i, added) in try z.doubles().enumerated() { values[i] += added }
        }
        return [try Tensor(reals: values.map { activation.apply($0) }, shape: sums.shape, type: x.type)]
    }
}

/// Convolution of X `[N, D…, C]` with W `[M, C/group, K…]` and an optional B → `[N, O…, M]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.NhwcConv-1.
public struct NhwcConv: Operator {
    public static let signature = OperatorSignature(.microsoft("NhwcConv"), versions: [1], inputs: 2...3)

    public let conv: Conv

    public init(_ attributes: AttributeReader) throws(BitdepthError) { conv = try Conv(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = ChannelsLast.moveChannelsFirst(try inputs.required(0, "X"))
        return try conv.infer([x] + inputs.dropFirst()).map { ChannelsLast.moveChannelsLast($0) }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try ChannelsLast.moveChannelsFirst(try inputs.required(0, "X"))
        return try conv.evaluate([x] + inputs.dropFirst()).map { y throws(BitdepthError) in
            try ChannelsLast.moveChannelsLast(y)
        }
    }
}

/// FusedConv of tensors whose channels come last: X `[N, D…, C]`, W `[M, C/group, K…]`, optional B, Z `[N, O…, M]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.NhwcFusedConv-1.
public struct NhwcFusedConv: Operator {
    public static let signature = OperatorSignature(.microsoft("NhwcFusedConv"), versions: [1], inputs: 2...4)

    public let conv: FusedConv

    public init(_ attributes: AttributeReader) throws(BitdepthError) { conv = try FusedConv(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = ChannelsLast.moveChannelsFirst(try inputs.required(0, "X"))
        return try conv.infer([x] + inputs.dropFirst()).map { ChannelsLast.moveChannelsLast($0) }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        var first = inputs
        first[0] = try ChannelsLast.moveChannelsFirst(try inputs.required(0, "X"))
        if let z = inputs.optional(3) { first[3] = try ChannelsLast.moveChannelsFirst(z) }
        return try conv.evaluate(first).map { y throws(BitdepthError) in try ChannelsLast.moveChannelsLast(y) }
    }
}
