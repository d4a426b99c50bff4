import BitdepthGraphs
import BitdepthTensors

/// The upper or lower triangle of each matrix, zero elsewhere; the optional second input shifts the diagonal.
///
/// Source: ONNX operator specification, Trilu-14.
public struct Trilu: FoldableOperator {
    public static let signature = OperatorSignature("Trilu", versions: [14], inputs: 1...2)
    public let isUpper: Bool
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        isUpper = try attributes.flag("upper", default: true)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "input").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let diagonal = try inputs.optional(1)?.integer("k") ?? 0
        guard x.shape.rank >= 2 else {
            throw BitdepthError(.shapeMismatch, "an input of shape \(x.shape) holds no matrices")
        }
        let (rows, columns) = (x.shape[x.shape.rank - 2], x.shape[x.shape.rank - 1])
        let positions = (0..<x.count).map { position in
            let distance = position % columns - position / columns % rows
            return (isUpper ? distance >= diagonal : distance <= diagonal) ? position : x.count
        }
        return [try Tensor(joining: [x, try Tensor(zeros: .scalar, type: x.type)]).gathered(positions, shape: x.shape)]
    }
}
