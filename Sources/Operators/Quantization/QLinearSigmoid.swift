import BitdepthGraphs
import BitdepthTensors

/// The logistic function of codes: X with scale and optional zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearSigmoid-1.
public struct QLinearSigmoid: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearSigmoid", domain: QuantizedFunction.domain), versions: [1], inputs: 4...5)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try QuantizedFunction.operand(inputs, at: 0)
        let y = try Tensor(
            reals: try x.doubles().map { 1 / (1 + RealFunctions.exp(-$0)) }, shape: x.shape, type: .float32)
        return try QuantizedFunction.result(y, inputs, at: 3, type: try inputs.required(0, "X").type)
    }
}
