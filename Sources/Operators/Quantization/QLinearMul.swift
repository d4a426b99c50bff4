import BitdepthGraphs
import BitdepthTensors

/// The product of codes that broadcast: A, B and C, each with scale and optional zero point (C's are inputs, its codes the output).
///
/// Source: ONNX Runtime, com.microsoft.QLinearMul-1.
public struct QLinearMul: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearMul", domain: QuantizedFunction.domain), versions: [1], inputs: 7...8)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(3, "B")
        return [Fact(a.element, try PartialShape.broadcast(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try QuantizedFunction.operand(inputs, at: 0)
        let b = try QuantizedFunction.operand(inputs, at: 3)
        let walk = try BroadcastWalk(a.shape, b.shape)
        let reals = try walk.map(try a.floats(), try b.floats()) { $0 * $1 }
        return try QuantizedFunction.result(
            try Tensor(reals, shape: walk.shape), inputs, at: 6, type: try inputs.required(0, "A").type)
    }
}
