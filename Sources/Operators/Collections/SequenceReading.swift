import BitdepthGraphs
import BitdepthTensors

/// The tensor at `position` of a sequence. Source: ONNX operator specification, SequenceAt-11.
public struct SequenceAt: ValueOperator {
    public static let signature = OperatorSignature("SequenceAt", versions: [11], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        [Fact(try inputs.required(0, "input_sequence").type)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let tensors = try inputs.sequence(0, "input_sequence")
        guard let position = try SequencePosition.read(inputs.required(1, "position"), count: tensors.count) else {
            throw BitdepthError(.invalidGraph, "input 1 (position) is missing")
        }
        return [.tensor(tensors[position])]
    }
}

/// How many tensors a sequence has, as an INT64 scalar. Source: ONNX operator specification, SequenceLength-11.
public struct SequenceLength: ValueOperator {
    public static let signature = OperatorSignature("SequenceLength", versions: [11], inputs: 1...1)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) -> [Fact] { [Fact(.int64, Shape.scalar)] }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        [.tensor(try Tensor(scalar: Int64(try inputs.sequence(0, "input_sequence").count)))]
    }
}
