import BitdepthGraphs
import BitdepthTensors

/// The mean of every window of codes: X with scale and optional zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearAveragePool-1.
public struct QLinearAveragePool: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearAveragePool", domain: QuantizedFunction.domain), versions: [1], inputs: 4...5)

    public let pool: AveragePool
    public let hasChannelsLast: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        pool = try AveragePool(attributes)
        hasChannelsLast = try attributes.flag("channels_last", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        try QuantizedPool.infer(pool, inputs, hasChannelsLast: hasChannelsLast)
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try QuantizedPool.evaluate(pool, inputs, hasChannelsLast: hasChannelsLast)
    }
}

/// The mean of every plane of codes: X with scale and zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearGlobalAveragePool-1.
public struct QLinearGlobalAveragePool: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearGlobalAveragePool", domain: QuantizedFunction.domain), versions: [1], inputs: 5...5)

    public let pool: GlobalAveragePool
    public let hasChannelsLast: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        pool = try GlobalAveragePool(attributes)
        hasChannelsLast = try attributes.flag("channels_last", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        try QuantizedPool.infer(pool, inputs, hasChannelsLast: hasChannelsLast)
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try QuantizedPool.evaluate(pool, inputs, hasChannelsLast: hasChannelsLast)
    }
}

/// A pool of codes, whose channels may lie on the last axis.
private enum QuantizedPool {
    static func infer(
        _ pool: some Operator, _ inputs: [Fact?], hasChannelsLast: Bool
    ) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        guard hasChannelsLast else { return try pool.infer([x]) }
        return try pool.infer([ChannelsLast.moveChannelsFirst(x)]).map { ChannelsLast.moveChannelsLast($0) }
    }

    static func evaluate(
        _ pool: some Operator, _ inputs: [Tensor?], hasChannelsLast: Bool
    ) throws(BitdepthError) -> [Tensor] {
        let x = try QuantizedFunction.operand(inputs, at: 0)
        guard let y = try pool.evaluate([hasChannelsLast ? try ChannelsLast.moveChannelsFirst(x) : x]).first else {
            throw BitdepthError(.internal, "a pool made no output")
        }
        return try QuantizedFunction.result(
            hasChannelsLast ? try ChannelsLast.moveChannelsLast(y) : y, inputs, at: 3,
            type: try inputs.required(0, "X").type)
    }
}
