import BitdepthGraphs
import BitdepthTensors

/// RMSNormalization as ONNX Runtime's optimizer wrote it, in ONNX's own domain, before it was ONNX's; an optional output is
/// the inverse root mean square.
///
/// Source: ONNX Runtime, SimplifiedLayerNormalization-1.
public struct SimplifiedLayerNormalization: Operator {
    public static let signature = OperatorSignature(
        "SimplifiedLayerNormalization", versions: [1], inputs: 2...2, outputs: 1...2)

    public let axis: Int
    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        epsilon = try attributes.float("epsilon", default: 1e-5)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let scale = try inputs.required(1, "scale")
        guard let dimensions = x.dimensions else { return [Fact(scale.element, .unknown), Fact(.float32, .unknown)] }
        let first = try Shape.normalize(axis: axis, rank: dimensions.count)
        let kept = dimensions[..<first] + [Dimension](repeating: .known(1), count: dimensions.count - first)
        return [Fact(scale.element, x.type.shape), Fact(.float32, PartialShape(Array(kept)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let scale = try inputs.required(1, "scale")
        let first = try x.shape.axis(axis)
        let runLength = x.shape.count(of: first..<x.shape.rank)
        var result = Standardization(try x.doubles(), runLength: runLength, epsilon: Double(epsilon), isCentered: false)
        try result.apply(scale: scale, bias: nil, shape: x.shape)
        let y = try Tensor(reals: result.values, shape: x.shape, type: scale.type)
        // A run of no elements has no statistics.
        guard runLength > 0 else { return [y] }
        let kept = try Shape(x.shape.dimensions[..<first] + [Int](repeating: 1, count: x.shape.rank - first))
        return [y, try Tensor(reals: result.inverseDeviations, shape: kept, type: .float32)]
    }
}
