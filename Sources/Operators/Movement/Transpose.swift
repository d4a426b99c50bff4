import BitdepthGraphs
import BitdepthTensors

/// Axes in another order: axis `i` of the output is axis `perm[i]` of the input; without `perm` the order is reversed.
///
/// Source: ONNX operator specification, Transpose-25.
public struct Transpose: FoldableOperator {
    public static let signature = OperatorSignature.unary("Transpose", [1, 13, 21, 23, 24, 25])
    public let permutation: [Int]?
    public init(_ attributes: AttributeReader) throws(BitdepthError) { permutation = try attributes.ints("perm") }

    /// The permutation for an input of `rank` axes.
    ///
    /// - Throws: ``BitdepthError/Code/invalidAttribute`` when `perm` does not name each axis once.
    public func permutation(rank: Int) throws(BitdepthError) -> [Int] {
        guard let permutation else { return (0..<rank).reversed() }
        guard permutation.sorted() == Array(0..<rank) else {
            throw BitdepthError(
                .invalidAttribute, "attribute \"perm\" is \(permutation), no permutation of \(rank) axes")
        }
        return permutation
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard let dimensions = data.dimensions else {
            return [TensorType(data.element, PartialShape(permutation.map { $0.map { _ in .unknown } }))]
        }
        return [TensorType(data.element, PartialShape(try permutation(rank: dimensions.count).map { dimensions[$0] }))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let shape = try outputShape(inputs)
        let strides = data.shape.strides
        let positions = try shape.positions(strides: try permutation(rank: data.shape.rank).map { strides[$0] })
        return [try data.gathered(positions, shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}
