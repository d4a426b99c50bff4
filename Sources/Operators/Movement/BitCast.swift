import BitdepthGraphs
import BitdepthTensors

/// The same bits read as another element type of the same width.
///
/// Source: ONNX operator specification, BitCast-26.
public struct BitCast: FoldableOperator {
    public static let signature = OperatorSignature.unary("BitCast", [26])
    public let target: ElementType

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        target = try ElementType(onnxDataType: try attributes.required("to", try attributes.int("to")))
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "input")
        guard x.element.bitWidth == target.bitWidth else {
            throw BitdepthError(
                .typeMismatch, "bits of type \(x.element.shortName) cannot be read as \(target.shortName)")
        }
        return [TensorType(target, x.type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let bits = try inputs.required(0, "input")
        return [
            try Tensor(shape: shape, type: target) { buffer throws(BitdepthError) in
                try bits.withBytes { buffer.copyMemory(from: $0) }
            }
        ]
    }
}
