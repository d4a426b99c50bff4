import BitdepthGraphs
import BitdepthTensors

/// A sequence of the inputs. Source: ONNX operator specification, SequenceConstruct-11.
public struct SequenceConstruct: ValueOperator {
    public static let signature = OperatorSignature.variadic("SequenceConstruct", [11])
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let facts = try inputs.present()
        for fact in facts { try requireSameType(facts[0].element, fact.element) }
        let shape = facts.dropFirst().reduce(facts[0].type.shape) { $0.joined($1.type.shape) }
        return [Fact(TensorType(facts[0].element, shape), kind: .sequence)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        var tensors: [Tensor] = []
        for index in inputs.indices { tensors.append(try inputs.tensor(index, "element")) }
        for tensor in tensors { try requireSameType(tensors[0].type, tensor.type) }
        return [.sequence(tensors)]
    }
}

/// A sequence of nothing. Source: ONNX operator specification, SequenceEmpty-11.
public struct SequenceEmpty: ValueOperator {
    public static let signature = OperatorSignature("SequenceEmpty", versions: [11], inputs: 0...0)
    public let element: ElementType

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        element =
            try attributes.int("dtype").map { number throws(BitdepthError) in
                try ElementType(onnxDataType: number)
            } ?? .float32
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) -> [Fact] {
        [Fact(TensorType(element, PartialShape.unknown), kind: .sequence)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) -> [Value] { [.sequence([])] }
}
