import BitdepthGraphs
import BitdepthTensors

/// QLinearConv whose x and y may have their channels on the last axis; the weight is `[M, C/group, K…]` all the same.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.QLinearConv-1.
public struct ContribQLinearConv: Operator {
    public static let signature = OperatorSignature(.microsoft("QLinearConv"), versions: [1], inputs: 8...9)

    public let conv: QLinearConv
    public let hasChannelsLast: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        conv = try QLinearConv(attributes)
        hasChannelsLast = try attributes.flag("channels_last", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        guard hasChannelsLast else { return try conv.infer(inputs) }
        var first = inputs
        first[0] = ChannelsLast.moveChannelsFirst(try inputs.required(0, "x"))
        return try conv.infer(first).map { ChannelsLast.moveChannelsLast($0) }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        guard hasChannelsLast else { return try conv.evaluate(inputs) }
        var first = inputs
        first[0] = try ChannelsLast.moveChannelsFirst(try inputs.required(0, "x"))
        return try conv.evaluate(first).map { y throws(BitdepthError) in try ChannelsLast.moveChannelsLast(y) }
    }
}
