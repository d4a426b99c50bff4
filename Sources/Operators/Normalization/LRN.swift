import BitdepthGraphs
import BitdepthTensors

/// Local response normalization across neighbouring channels of `[N, C, D…]`:
/// x / (bias + alpha / size · Σ x²)^beta, the sum over `size` channels about each.
///
/// Source: ONNX operator specification, LRN-13; Krizhevsky et al. 2012, section 3.3.
public struct LRN: Operator {
    public static let signature = OperatorSignature("LRN", versions: [1, 13], inputs: 1...1)

    public let alpha: Float
    public let beta: Float
    public let bias: Float
    public let size: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1e-4)
        beta = try attributes.float("beta", default: 0.75)
        bias = try attributes.float("bias", default: 1)
        size = try attributes.required("size", try attributes.int("size"))
        guard size >= 1, size <= Window.largestValue else {
            throw attributes.invalid("size", "is \(size); it must be at least 1")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        guard x.shape.rank >= 2 else {
            throw BitdepthError(.shapeMismatch, "input \(x) has no channels; it needs a rank of at least 2")
        }
        let lanes = Lanes(x.shape, axis: 1)
        let values = try x.doubles()
        var y = values
        // An even size reaches one channel further up than down.
        let below = (size - 1) / 2
        let above = size - 1 - below
        lanes.forEach { first in
            for c in 0..<lanes.extent {
                var squares = 0.0
                for other in max(0, c - below)...min(lanes.extent - 1, c + above) {
                    let value = values[first + other * lanes.inner]
                    squares += value * value
                }
                let denominator = RealFunctions.pow(Double(bias) + Double(alpha) / Double(size) * squares, Double(beta))
                y[first + c * lanes.inner] = values[first + c * lanes.inner] / denominator
            }
        }
        return [try Tensor(reals: y, shape: x.shape, type: x.type)]
    }
}
