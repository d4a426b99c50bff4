import BitdepthGraphs
import BitdepthTensors

/// The input itself, and a mask that is true everywhere: dropout as it is after training, which is the only time that Bitdepth
/// runs a graph; input `training_mode` and the ratio are without effect.
///
/// Source: ONNX operator specification, Dropout-22.
public struct Dropout: FoldableOperator {
    public static let signature = OperatorSignature(
        "Dropout", versions: [1, 6, 7, 10, 12, 13, 22], inputs: 1...3, outputs: 1...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        return [data.type, TensorType(.bool, data.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        try data.shape.checkedForEvaluation()
        return [data, try Tensor([Bool](repeating: true, count: data.count), shape: data.shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        if next == 7 { node.attributes.removeValue(forKey: "is_test") }
        if next == 12 { try node.moveToInput("ratio", at: 1, in: &scope) }
        // Version 10 made the mask Boolean: only a reader of a float mask could tell, and it is all ones.
    }

    public var quantization: QuantizationRule { .dataMovement }
}
