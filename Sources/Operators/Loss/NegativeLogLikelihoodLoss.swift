import BitdepthGraphs
import BitdepthTensors

/// The loss of log-probabilities `[N, C, D…]` for labels `[N, D…]`: minus that of the labelled class, times the class's
/// weight; each by itself, their sum, or their mean by weight.
///
/// Source: ONNX operator specification, NegativeLogLikelihoodLoss-22.
public struct NegativeLogLikelihoodLoss: Operator {
    public static let signature = OperatorSignature(
        "NegativeLogLikelihoodLoss", versions: [12, 13, 22], inputs: 2...3)

    public let loss: ClassLoss

    public init(_ attributes: AttributeReader) throws(BitdepthError) { loss = try ClassLoss(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [try loss.output(try inputs.required(0, "input"), try inputs.required(1, "target"))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        return [
            try loss.loss(
                of: try input.doubles(), input.shape, labels: try inputs.required(1, "target"),
                weights: inputs.optional(2), type: input.type)
        ]
    }
}
