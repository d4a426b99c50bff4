import BitdepthGraphs
import BitdepthTensors

/// A matrix of the input's shape, ones on the `k`-th diagonal (above the main one where positive), zeros elsewhere.
///
/// Source: ONNX operator specification, EyeLike-22.
public struct EyeLike: Operator {
    public static let signature = OperatorSignature.unary("EyeLike", [9, 22])
    public let type: ElementType?
    public let diagonal: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        if let number = try attributes.int("dtype") { type = try ElementType(onnxDataType: number) } else { type = nil }
        diagonal = try attributes.int("k", default: 0)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let input = try inputs.required(0, "input")
        return [Fact(type ?? input.element, input.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let shape = try input.shape.checkedForEvaluation()
        guard shape.rank == 2 else { throw BitdepthError(.shapeMismatch, "\(input) is no matrix") }
        let ones = (0..<shape.count).map { $0 % shape[1] - $0 / shape[1] == diagonal ? Int64(1) : 0 }
        return [try Tensor(ones, shape: shape).converted(to: type ?? input.type)]
    }
}
