import BitdepthGraphs
import BitdepthTensors

/// Standardization of every plane of `[N, C, D…]`, then scale and bias `[C]`.
///
/// Source: ONNX operator specification, InstanceNormalization-22.
public struct InstanceNormalization: Operator {
    public static let signature = OperatorSignature("InstanceNormalization", versions: [1, 6, 22], inputs: 3...3)

    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        epsilon = try attributes.float("epsilon", default: 1e-5)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(try inputs.required(0, "input").type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        guard x.shape.rank >= 2 else {
            throw BitdepthError(.shapeMismatch, "input \(x) has no channels; it needs a rank of at least 2")
        }
        let pixels = x.shape.count(of: 2..<x.shape.rank)
        var result = Standardization(try x.doubles(), runLength: pixels, epsilon: Double(epsilon))
        try result.apply(
            channelScale: try inputs.required(1, "scale"), channelBias: try inputs.required(2, "B"), shape: x.shape)
        return [try Tensor(reals: result.values, shape: x.shape, type: x.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 6 { node.dropConsumedInputs() }
    }
}
