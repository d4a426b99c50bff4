import BitdepthGraphs
import BitdepthTensors

/// The sequence with a tensor put before `position`, or at its end. Source: ONNX operator specification, SequenceInsert-11.
public struct SequenceInsert: ValueOperator {
    public static let signature = OperatorSignature("SequenceInsert", versions: [11], inputs: 2...3)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let tensor = try inputs.required(1, "tensor")
        return [Fact(TensorType(tensor.element, PartialShape.unknown), kind: .sequence)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        var tensors = try inputs.sequence(0, "input_sequence")
        let tensor = try inputs.tensor(1, "tensor")
        if let first = tensors.first { try requireSameType(first.type, tensor.type) }
        let position = try SequencePosition.read(inputs.optional(2), count: tensors.count, admitsEnd: true)
        tensors.insert(tensor, at: position ?? tensors.count)
        return [.sequence(tensors)]
    }
}

/// The sequence without the tensor at `position`, or without its last one. Source: ONNX operator specification, SequenceErase-11.
public struct SequenceErase: ValueOperator {
    public static let signature = OperatorSignature("SequenceErase", versions: [11], inputs: 1...2)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        [Fact(try inputs.required(0, "input_sequence").type, kind: .sequence)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        var tensors = try inputs.sequence(0, "input_sequence")
        let position = try SequencePosition.read(inputs.optional(1), count: tensors.count) ?? tensors.count - 1
        guard tensors.indices.contains(position) else {
            throw BitdepthError(.valueOutOfRange, "nothing can be erased from an empty sequence")
        }
        tensors.remove(at: position)
        return [.sequence(tensors)]
    }
}

/// Positions in a sequence; negative ones count from its end.
enum SequencePosition {
    /// - Returns: `nil` where the input is left out.
    static func read(_ input: Value?, count: Int, admitsEnd: Bool = false) throws(BitdepthError) -> Int? {
        guard let position = try input?.tensor("position").integer("position") else { return nil }
        let index = position < 0 && position >= -count ? position + count : position
        guard index >= 0, index < count || (admitsEnd && index == count) else {
            throw BitdepthError(.valueOutOfRange, "position \(position) is outside of a sequence of \(count) tensors")
        }
        return index
    }
}
