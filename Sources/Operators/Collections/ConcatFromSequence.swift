import BitdepthGraphs
import BitdepthTensors

/// The tensors of a sequence laid one behind the other along `axis`, or stacked along a new one.
///
/// Source: ONNX operator specification, ConcatFromSequence-11.
public struct ConcatFromSequence: ValueOperator {
    public static let signature = OperatorSignature("ConcatFromSequence", versions: [11], inputs: 1...1)
    public let axis: Int
    public let makesAxis: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.required("axis", try attributes.int("axis"))
        makesAxis = try attributes.flag("new_axis", default: false)
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let input = try inputs.required(0, "input_sequence")
        guard var dimensions = input.dimensions else { return [Fact(input.element, PartialShape.unknown)] }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count + (makesAxis ? 1 : 0))
        if makesAxis { dimensions.insert(.unknown, at: axis) } else { dimensions[axis] = .unknown }
        return [Fact(input.element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let tensors = try inputs.sequence(0, "input_sequence")
        guard !tensors.isEmpty else {
            throw BitdepthError(.shapeMismatch, "an empty sequence cannot be concatenated")
        }
        if makesAxis { return [.tensor(try Tensor(stacking: tensors, along: axis, emptyType: nil))] }
        return try Concat(axis: axis).evaluate(tensors).map(Value.tensor)
    }
}
