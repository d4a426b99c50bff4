import BitdepthGraphs
import BitdepthTensors

/// Division by the root mean square over the axes from `axis` on, then scale.
///
/// Source: ONNX operator specification, RMSNormalization-23; Zhang and Sennrich 2019 (arXiv 1910.07467).
public struct RMSNormalization: Operator {
    public static let signature = OperatorSignature("RMSNormalization", versions: [23], inputs: 2...2)

    public let axis: Int
    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        epsilon = try attributes.float("epsilon", default: 1e-5)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        if let rank = x.rank { _ = try Shape.normalize(axis: axis, rank: rank) }
        return [Fact(x.type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let runLength = x.shape.count(of: try x.shape.axis(axis)..<x.shape.rank)
        var result = Standardization(try x.doubles(), runLength: runLength, epsilon: Double(epsilon), isCentered: false)
        try result.apply(scale: try inputs.required(1, "scale"), bias: nil, shape: x.shape)
        return [try Tensor(reals: result.values, shape: x.shape, type: x.type)]
    }
}
