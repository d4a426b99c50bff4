import BitdepthGraphs
import BitdepthTensors

/// The p-norm of every plane: X `[N, C, D…]` → `[N, C, 1…]`.
///
/// Source: ONNX operator specification, GlobalLpPool-22.
public struct GlobalLpPool: Operator {
    public static let signature = OperatorSignature("GlobalLpPool", versions: [1, 2, 22], inputs: 1...1)

    public let norm: LpNorm

    public init(_ attributes: AttributeReader) throws(BitdepthError) { norm = try LpNorm(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        return [Fact(x.element, try GlobalPool.output(x.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try GlobalPool.evaluate(try inputs.required(0, "X")) { norm.of($0) }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 2 { try LpNorm.upgradeFloatOrder(&node) }
    }
}
