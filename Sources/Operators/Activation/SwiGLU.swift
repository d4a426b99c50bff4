import BitdepthGraphs
import BitdepthTensors

/// Swish of a gate times a value: A · sigmoid(`alpha` · A) · B, for A and B of one shape.
///
/// Source: ONNX operator specification, SwiGLU-28; Shazeer 2020 (arXiv 2002.05202).
public struct SwiGLU: Operator {
    public static let signature = OperatorSignature("SwiGLU", versions: [28], inputs: 2...2)
    public let alpha: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.element, b.element)
        if let left = a.type.shape.shape, let right = b.type.shape.shape { try SwiGLU.requireSame(left, right) }
        return [Fact(a.type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.type, b.type)
        try SwiGLU.requireSame(a.shape, b.shape)
        let values = zip(try a.doubles(), try b.doubles()).map { gate, value in
            gate / (1 + RealFunctions.exp(-Double(alpha) * gate)) * value
        }
        return [try Tensor(reals: values, shape: a.shape, type: a.type)]
    }

    private static func requireSame(_ a: Shape, _ b: Shape) throws(BitdepthError) {
        guard a == b else { throw BitdepthError(.shapeMismatch, "A has shape \(a) and B \(b); they must be the same") }
    }
}
