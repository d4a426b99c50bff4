import BitdepthGraphs
import BitdepthTensors

/// Codes of X where the condition is true, of Y elsewhere, in the scale of the output: condition, X and Y, each with scale
/// and zero point, then those of the output.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.QLinearWhere-1.
public struct QLinearWhere: Operator {
    public static let signature = OperatorSignature(.microsoft("QLinearWhere"), versions: [1], inputs: 9...9)

    private let choice: Where

    public init(_ attributes: AttributeReader) { choice = Where(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let condition = try inputs.required(0, "condition")
        let x = try inputs.required(1, "X")
        let y = try inputs.required(4, "Y")
        return [Fact(x.element, try PartialShape.broadcast([condition, x, y]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try QuantizedFunction.operand(inputs, at: 1)
        let y = try QuantizedFunction.operand(inputs, at: 4)
        let chosen = try choice.evaluate([try inputs.required(0, "condition"), x, y])
        guard let reals = chosen.first else { throw BitdepthError(.internal, "Where made no output") }
        return try QuantizedFunction.result(reals, inputs, at: 7, type: try inputs.required(1, "X").type)
    }
}
