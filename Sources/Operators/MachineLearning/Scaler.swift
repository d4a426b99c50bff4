import BitdepthGraphs
import BitdepthTensors

/// (X − offset) · scale, each one number or one for each feature: X `[…, C]` of any numbers → FP32.
///
/// Source: ONNX operator specification, ai.onnx.ml Scaler-1.
public struct Scaler: Operator {
    public static let signature = OperatorSignature(.machineLearning("Scaler"), versions: [1], inputs: 1...1)
    public let offset: [Float]
    public let scale: [Float]

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        offset = try attributes.floats("offset") ?? [0]
        scale = try attributes.floats("scale") ?? [1]
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        [Fact(.float32, try inputs.required(0, "X").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let features = x.shape.dimensions.last ?? 1
        for (name, list) in [("offset", offset), ("scale", scale)] where list.count != 1 && list.count != features {
            throw BitdepthError(
                .shapeMismatch, "attribute \"\(name)\" has \(list.count) entries for \(features) features")
        }
        let values = try x.doubles().enumerated().map { index, value in
            let feature = index % features
            return (value - Double(offset[offset.count == 1 ? 0 : feature]))
                * Double(scale[scale.count == 1 ? 0 : feature])
        }
        return [try Tensor(reals: values, shape: x.shape, type: .float32)]
    }
}
