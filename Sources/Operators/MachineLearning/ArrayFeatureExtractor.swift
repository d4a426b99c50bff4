import BitdepthGraphs
import BitdepthTensors

/// Columns chosen by position: X `[…, C]` and INT64 positions of any shape with K elements → `[…, K]`; of a vector
/// `[C]` a matrix `[1, K]`.
///
/// Source: ONNX operator specification, ai.onnx.ml ArrayFeatureExtractor-1; the shape of vectors as in onnx's reference.
public struct ArrayFeatureExtractor: Operator {
    public static let signature = OperatorSignature(
        .machineLearning("ArrayFeatureExtractor"), versions: [1], inputs: 2...2)

    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        let positions = try inputs.required(1, "Y")
        guard let dimensions = x.dimensions, !dimensions.isEmpty else { return [Fact(x.element, PartialShape.unknown)] }
        let count = positions.type.shape.shape.map { Dimension.known($0.count) } ?? .unknown
        let outer = dimensions.count == 1 ? [.known(1)] : dimensions.dropLast()
        return [Fact(x.element, PartialShape(outer + [count]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let columns = try inputs.required(1, "Y").integers()
        guard let extent = x.shape.dimensions.last, !columns.isEmpty else {
            throw BitdepthError(.shapeMismatch, "X of shape \(x.shape) and \(columns.count) positions give nothing")
        }
        if let wrong = columns.first(where: { $0 < 0 || $0 >= extent }) {
            throw BitdepthError(.valueOutOfRange, "position \(wrong) is outside of \(extent) columns")
        }
        let outer = x.shape.rank == 1 ? [1] : Array(x.shape.dimensions.dropLast())
        let shape = try Shape(outer + [columns.count]).checkedForEvaluation()
        let rows = shape.count / columns.count
        let positions = (0..<rows).flatMap { row in columns.map { row * extent + $0 } }
        return [try x.gathered(positions, shape: shape)]
    }
}
