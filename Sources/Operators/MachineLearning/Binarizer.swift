import BitdepthGraphs
import BitdepthTensors

/// 1 where an element is greater than the threshold, else 0.
///
/// Source: ONNX operator specification, ai.onnx.ml Binarizer-1.
public struct Binarizer: Operator {
    public static let signature = OperatorSignature(.machineLearning("Binarizer"), versions: [1], inputs: 1...1)
    public let threshold: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        threshold = try attributes.float("threshold", default: 0)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let bits = try x.doubles().map { $0 > Double(threshold) ? 1.0 : 0 }
        return [try Tensor(saturating: bits, shape: x.shape, type: x.type)]
    }
}
