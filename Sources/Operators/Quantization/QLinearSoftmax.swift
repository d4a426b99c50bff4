import BitdepthGraphs
import BitdepthTensors

/// Softmax of codes: X with scale and optional zero point, then those of the output.
///
/// Source: ONNX Runtime, com.microsoft.QLinearSoftmax-1.
public struct QLinearSoftmax: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearSoftmax", domain: QuantizedFunction.domain), versions: [1], inputs: 5...5)

    public let axis: Int
    /// Before version 13 of Softmax, axes from `axis` on were one.
    public let flattens: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        flattens = try attributes.required("opset", try attributes.int("opset")) < 13
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try QuantizedFunction.operand(inputs, at: 0)
        let axis = try x.shape.axis(axis)
        let rows =
            try flattens ? Shape([x.shape.count(of: 0..<axis), x.shape.count(of: axis..<x.shape.rank)]) : x.shape
        let y = try LaneFunction.evaluate(try x.reshaped(to: rows), flattens ? 1 : axis, LaneFunction.softmax).reshaped(
            to: x.shape)
        return try QuantizedFunction.result(y, inputs, at: 3, type: try inputs.required(0, "X").type)
    }
}
