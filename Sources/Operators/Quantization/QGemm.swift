import BitdepthGraphs
import BitdepthTensors

/// alpha · A' · B' + C of codes: A and B with scales and zero points, an optional INT32 C at scale Sa · Sb · alpha, and
/// optional scale and zero point of the output, without which it is FP32.
///
/// Source: ONNX Runtime, com.microsoft.QGemm-1.
public struct QGemm: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QGemm", domain: QuantizedFunction.domain), versions: [1], inputs: 6...9)

    public let alpha: Float
    private let gemm: Gemm

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
        gemm = try Gemm(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let shapes = try gemm.infer([try inputs.required(0, "A"), try inputs.required(3, "B")])
        let element = inputs.optional(7) == nil ? .float32 : inputs.optional(8)?.element ?? .uint8
        return shapes.map { Fact(element, $0.type.shape) }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let b = try QuantizedFunction.operand(inputs, at: 3, axis: gemm.transposesB ? 0 : 1)
        let product = try gemm.evaluate([try QuantizedFunction.operand(inputs, at: 0), b])
        guard let y = product.first else { throw BitdepthError(.internal, "Gemm made no output") }
        var reals = try y.floats()
        if let c = inputs.optional(6) {
            // C counts in steps of the product, one size for each column where B has one.
            let steps = try inputs.required(4, "b_scale").floats()
            let scale = try inputs.required(1, "a_scale").onlyScale("a_scale") * alpha
            let walk = try BroadcastWalk(y.shape, c.shape)
            guard walk.shape == y.shape, steps.count == 1 || steps.count == y.shape[1] else {
                throw BitdepthError(.shapeMismatch, "C \(c) does not fit a product of shape \(y.shape)")
            }
            let counts = try c.integers()
            walk.forEach { to, from in
                reals[to] += Float(counts[from]) * scale * steps[steps.count == 1 ? 0 : to % steps.count]
            }
        }
        let result = try Tensor(reals, shape: y.shape)
        guard inputs.optional(7) != nil else { return [result] }
        return try QuantizedFunction.result(result, inputs, at: 7, type: .uint8)
    }
}
