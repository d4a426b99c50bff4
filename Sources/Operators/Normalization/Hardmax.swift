import BitdepthGraphs
import BitdepthTensors

/// 1 for the first maximum along an axis, 0 for the rest.
///
/// Source: ONNX operator specification, Hardmax-13.
public struct Hardmax: Operator {
    public static let signature = OperatorSignature("Hardmax", versions: [1, 11, 13], inputs: 1...1)

    public let axis: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(try LaneFunction.checked(try inputs.required(0, "input"), axis))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try LaneFunction.evaluate(try inputs.required(0, "input"), axis, LaneFunction.hardmax)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 13 { try LaneFunction.upgradeFlattening(&node, in: &scope) }
    }
}
