import BitdepthGraphs
import BitdepthTensors

/// log(e^x / Σ e^x) along an axis.
///
/// Source: ONNX operator specification, LogSoftmax-13.
public struct LogSoftmax: Operator {
    public static let signature = OperatorSignature("LogSoftmax", versions: [1, 11, 13], inputs: 1...1)

    public let axis: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(try LaneFunction.checked(try inputs.required(0, "input"), axis))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try LaneFunction.evaluate(try inputs.required(0, "input"), axis, LaneFunction.logSoftmax)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 13 { try LaneFunction.upgradeFlattening(&node, in: &scope) }
    }
}
