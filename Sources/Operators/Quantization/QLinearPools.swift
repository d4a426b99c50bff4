import BitdepthGraphs
import BitdepthTensors

/// The mean of every window of codes: X with scale and optional zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearAveragePool-1.
public struct QLinearAveragePool: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearAveragePool", domain: QuantizedFunction.domain), versions: [1], inputs: 4...5)

    public let pool: AveragePool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseChannelsLast()
        pool = try AveragePool(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try pool.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let y = try pool.evaluate([try QuantizedFunction.operand(inputs, at: 0)])
        return try QuantizedFunction.result(try y.required(0), inputs, at: 3, type: try inputs.required(0, "X").type)
    }
}

/// The mean of every plane of codes: X with scale and zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearGlobalAveragePool-1.
public struct QLinearGlobalAveragePool: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearGlobalAveragePool", domain: QuantizedFunction.domain), versions: [1], inputs: 5...5)

    public let pool: GlobalAveragePool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        try attributes.refuseChannelsLast()
        pool = try GlobalAveragePool(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try pool.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let y = try pool.evaluate([try QuantizedFunction.operand(inputs, at: 0)])
        return try QuantizedFunction.result(try y.required(0), inputs, at: 3, type: try inputs.required(0, "X").type)
    }
}

extension AttributeReader {
    /// ONNX Runtime's own layout passes write it; no exporter does.
    fileprivate func refuseChannelsLast() throws(BitdepthError) {
        if try flag("channels_last", default: false) {
            throw invalid("channels_last", "is 1; only channels first is supported")
        }
    }
}

extension [Tensor] {
    fileprivate func required(_ index: Int) throws(BitdepthError) -> Tensor {
        guard index < count else { throw BitdepthError(.internal, "an operator made \(count) outputs") }
        return self[index]
    }
}
