import BitdepthGraphs
import BitdepthTensors

/// Elements of X where the condition is true, of Y elsewhere; all three broadcast together.
///
/// Source: ONNX operator specification, Where-16.
public struct Where: FoldableOperator {
    public static let signature = OperatorSignature("Where", versions: [9, 16], inputs: 3...3)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let condition = try inputs.required(0, "condition")
        let x = try inputs.required(1, "X")
        let y = try inputs.required(2, "Y")
        try requireSameType(x.element, y.element)
        return [TensorType(x.element, try PartialShape.broadcast([condition, x, y]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let condition = try inputs.required(0, "condition")
        let x = try inputs.required(1, "X")
        let y = try inputs.required(2, "Y")
        let truths = try condition.truths("condition")
        let asked = try shape.positions(strides: condition.shape.stridesBroadcast(to: shape))
        let fromX = try shape.positions(strides: x.shape.stridesBroadcast(to: shape))
        let fromY = try shape.positions(strides: y.shape.stridesBroadcast(to: shape))
        let positions = asked.indices.map { truths[asked[$0]] ? fromX[$0] : x.count + fromY[$0] }
        return [try Tensor(joining: [x, y]).gathered(positions, shape: shape)]
    }
}
