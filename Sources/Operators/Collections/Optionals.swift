import BitdepthGraphs
import BitdepthTensors

/// An optional value that is the input, or that is not there. Source: ONNX operator specification, Optional-28.
public struct OptionalOperator: ValueOperator {
    public static let signature = OperatorSignature("Optional", versions: [15, 28], inputs: 0...1)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) -> [Fact] {
        // The type of what is not there stands in an attribute that is kept unread; nothing can be computed from it.
        guard let input = inputs.optional(0) else { return [] }
        return [Fact(input.type, kind: ValueKind(isSequence: input.kind.isSequence, isOptional: true))]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) -> [Value] { [inputs.optional(0) ?? .absent] }
}

/// Whether an optional value is there, as a Boolean scalar. Source: ONNX operator specification, OptionalHasElement-28.
public struct OptionalHasElement: ValueOperator {
    public static let signature = OperatorSignature("OptionalHasElement", versions: [15, 18, 28], inputs: 0...1)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) -> [Fact] { [Fact(.bool, Shape.scalar)] }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        [.tensor(try Tensor(scalar: inputs.optional(0).map { $0 != .absent } ?? false))]
    }
}

/// What an optional value holds; an error where it holds nothing. Source: ONNX operator specification, OptionalGetElement-28.
public struct OptionalGetElement: ValueOperator {
    public static let signature = OperatorSignature("OptionalGetElement", versions: [15, 18, 28], inputs: 1...1)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let input = try inputs.required(0, "input")
        return [
            Fact(input.type, kind: ValueKind(isSequence: input.kind.isSequence, isOptional: false))
        ]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let value = try inputs.required(0, "input")
        guard value != .absent else {
            throw BitdepthError(.valueOutOfRange, "the optional value is not there")
        }
        return [value]
    }
}
