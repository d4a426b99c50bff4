import BitdepthGraphs
import BitdepthTensors

/// Standardization over the axes from `axis` on, then scale and bias; optional outputs are mean and inverse deviation.
///
/// Source: ONNX operator specification, LayerNormalization-17.
public struct LayerNormalization: Operator {
    public static let signature = OperatorSignature("LayerNormalization", versions: [17], inputs: 2...3, outputs: 1...3)

    public let axis: Int
    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        epsilon = try attributes.float("epsilon", default: 1e-5)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        guard let dimensions = x.dimensions else {
            return [Fact(x.type), Fact(.float32, .unknown), Fact(.float32, .unknown)]
        }
        let first = try Shape.normalize(axis: axis, rank: dimensions.count)
        let kept = dimensions[..<first] + [Dimension](repeating: .known(1), count: dimensions.count - first)
        let statistics = Fact(.float32, PartialShape(Array(kept)))
        return [Fact(x.type), statistics, statistics]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let first = try x.shape.axis(axis)
        let runLength = x.shape.count(of: first..<x.shape.rank)
        var result = Standardization(try x.doubles(), runLength: runLength, epsilon: Double(epsilon))
        try result.apply(scale: try inputs.required(1, "Scale"), bias: inputs.optional(2), shape: x.shape)
        let kept = try Shape(x.shape.dimensions[..<first] + [Int](repeating: 1, count: x.shape.rank - first))
        let y = try Tensor(reals: result.values, shape: x.shape, type: x.type)
        // A run of no elements has no statistics.
        guard runLength > 0 else { return [y] }
        return [
            y, try Tensor(reals: result.means, shape: kept, type: .float32),
            try Tensor(reals: result.inverseDeviations, shape: kept, type: .float32),
        ]
    }
}
