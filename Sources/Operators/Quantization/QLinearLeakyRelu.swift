import BitdepthGraphs
import BitdepthTensors

/// x where it is positive, else alpha · x, of codes: X with scale and optional zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearLeakyRelu-1.
public struct QLinearLeakyRelu: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearLeakyRelu", domain: QuantizedFunction.domain), versions: [1], inputs: 4...5)

    public let alpha: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 0.01)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try QuantizedFunction.operand(inputs, at: 0)
        let y = try Tensor(try x.floats().map { $0 >= 0 ? $0 : alpha * $0 }, shape: x.shape)
        return try QuantizedFunction.result(y, inputs, at: 3, type: try inputs.required(0, "X").type)
    }
}
