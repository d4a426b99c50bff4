import BitdepthGraphs
import BitdepthTensors

/// The loss of scores `[N, C, D…]` for labels `[N, D…]`: that of ``NegativeLogLikelihoodLoss`` for the logarithm of the
/// scores' softmax over the classes, which is the second output.
///
/// Source: ONNX operator specification, SoftmaxCrossEntropyLoss-13.
public struct SoftmaxCrossEntropyLoss: Operator {
    public static let signature = OperatorSignature(
        "SoftmaxCrossEntropyLoss", versions: [12, 13], inputs: 2...3, outputs: 1...2)

    public let loss: ClassLoss

    public init(_ attributes: AttributeReader) throws(BitdepthError) { loss = try ClassLoss(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let scores = try inputs.required(0, "scores")
        return [try loss.output(scores, try inputs.required(1, "labels")), Fact(scores.type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let scores = try inputs.required(0, "scores")
        var logarithms = try scores.doubles()
        let lanes = Lanes(scores.shape, axis: try scores.shape.axis(1))
        lanes.forEach { first in
            let lane = LaneFunction.logSoftmax(lanes.positions(from: first).map { logarithms[$0] })
            for (position, value) in zip(lanes.positions(from: first), lane) { logarithms[position] = value }
        }
        let value = try loss.loss(
            of: logarithms, scores.shape, labels: try inputs.required(1, "labels"), weights: inputs.optional(2),
            type: scores.type)
        return [value, try Tensor(reals: logarithms, shape: scores.shape, type: scores.type)]
    }
}
