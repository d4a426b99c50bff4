import BitdepthGraphs
import BitdepthTensors

/// Runs its body once for each element of a sequence; what the body gives makes a sequence for each output.
///
/// Further inputs are sequences of the same length, whose elements go along, or tensors, which every iteration gets.
///
/// Source: ONNX operator specification, SequenceMap-17.
public struct SequenceMap: ValueOperator {
    public static let signature = OperatorSignature(
        "SequenceMap", versions: [17], inputs: 1...OperatorSignature.anyNumber,
        outputs: 1...OperatorSignature.anyNumber)
    public let outputCount: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        outputCount = attributes.outputCount
        _ = try attributes.body("body", inputs: attributes.inputCount, outputs: outputCount)
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let given = inputs.map { $0.map { Fact($0.type) } }
        return try bodies.facts("body", given).knownBeginning.map { Fact($0.type, kind: .sequence) }
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let first = try inputs.sequence(0, "input_sequence")
        for case .sequence(let tensors)? in inputs where tensors.count != first.count {
            throw BitdepthError(.shapeMismatch, "the sequences are not equally long")
        }
        var results = [[Tensor]](repeating: [], count: outputCount)
        for index in first.indices {
            var given: [Value] = []
            for position in inputs.indices { given.append(try element(of: inputs, position, at: index)) }
            for (output, value) in try bodies.run("body", given).prefix(outputCount).enumerated() {
                results[output].append(try value.tensor("an output of the body"))
            }
        }
        return results.map(Value.sequence)
    }

    private func element(of inputs: [Value?], _ position: Int, at index: Int) throws(BitdepthError) -> Value {
        let value = try inputs.required(position, "input")
        guard case .sequence(let tensors) = value else { return value }
        return .tensor(tensors[index])
    }
}
