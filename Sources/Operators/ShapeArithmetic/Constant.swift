import BitdepthGraphs
import BitdepthTensors

/// A tensor that the node carries in one of the attributes `value`, `value_float(s)`, `value_int(s)`.
///
/// Source: ONNX operator specification, Constant-25.
public struct Constant: Operator {
    public static let signature = OperatorSignature(
        "Constant", versions: [1, 9, 11, 12, 13, 19, 21, 23, 24, 25], inputs: 0...0)
    public let value: Tensor

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        if let tensor = try attributes.tensor("value") {
            value = tensor
        } else if let number = try attributes.float("value_float") {
            value = try Tensor(scalar: number)
        } else if let numbers = try attributes.floats("value_floats") {
            value = try Tensor(numbers)
        } else if let number = try attributes.int("value_int") {
            value = try Tensor(scalar: Int64(number))
        } else if let numbers = try attributes.ints("value_ints") {
            value = try Tensor(numbers.map { Int64($0) })
        } else {
            throw BitdepthError(.unsupportedOperator, "a Constant without numbers (text, sparse) is not supported")
        }
    }

    public func infer(_ inputs: [Fact?]) -> [Fact] { [Fact(constant: value)] }
    public func evaluate(_ inputs: [Tensor?]) -> [Tensor] { [value] }
}

/// A tensor of the shape that the input gives, every element the one of attribute `value` (an FP32 zero without it).
///
/// Source: ONNX operator specification, ConstantOfShape-25.
public struct ConstantOfShape: FoldableOperator {
    public static let signature = OperatorSignature.unary("ConstantOfShape", [9, 20, 21, 23, 24, 25])
    public let value: Tensor

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        if let given = try attributes.tensor("value") {
            guard given.count == 1 else {
                throw attributes.invalid("value", "has \(given.count) elements; it must have one")
            }
            value = given
        } else {
            value = try Tensor(scalar: Float(0))
        }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let input = try inputs.required(0, "input")
        guard let extents = try inputs.integers(0) else {
            return [TensorType(value.type, PartialShape(unknownDimensions(asManyAs: input)))]
        }
        return [TensorType(value.type, try Shape(extents))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        return [try value.gathered([Int](repeating: 0, count: shape.count), shape: shape)]
    }
}
