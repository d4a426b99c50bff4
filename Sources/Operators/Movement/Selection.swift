import BitdepthGraphs
import BitdepthTensors

/// The entries along `axis`, or of the flat input, for which the condition is true.
///
/// Source: ONNX operator specification, Compress-28.
public struct Compress: FoldableOperator {
    public static let signature = OperatorSignature("Compress", versions: [9, 11, 28], inputs: 2...2)
    public let axis: Int?
    public init(_ attributes: AttributeReader) throws(BitdepthError) { axis = try attributes.int("axis") }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let input = try inputs.required(0, "input")
        let condition = try inputs.required(1, "condition").constant
        let count = Dimension(count: try condition?.truths("condition").count(where: { $0 }))
        guard let axis else { return [TensorType(input.element, PartialShape([count]))] }
        guard var dimensions = input.dimensions else { return [TensorType(input.element, PartialShape.unknown)] }
        dimensions[try Shape.normalize(axis: axis, rank: dimensions.count)] = count
        return [TensorType(input.element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let truths = try inputs.required(1, "condition").truths("condition")
        let shape = try outputShape(inputs)
        let source = try axis == nil ? Shape([input.count]) : input.shape
        let axis = try source.axis(self.axis ?? 0)
        let chosen = truths.indices.filter { truths[$0] }
        if let last = chosen.last, last >= source[axis] {
            throw BitdepthError(.valueOutOfRange, "the condition chooses entry \(last) of an extent of \(source[axis])")
        }
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: input.type)] }
        var offsets = source.axisOffsets
        offsets[axis] = chosen.map { $0 * source.strides[axis] }
        return [try input.gathered(try gridPositions(offsets), shape: shape)]
    }
}

/// Coordinates of the elements that are not zero, one column each: INT64 `[rank, count]`.
///
/// Source: ONNX operator specification, NonZero-13.
public struct NonZero: FoldableOperator {
    public static let signature = OperatorSignature.unary("NonZero", [9, 13])
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        var count: Int?
        if let constant = x.constant, constant.count <= Folding.largestCount {
            count = try NonZero.positions(constant).count
        }
        return [TensorType(.int64, PartialShape([Dimension(count: x.rank), Dimension(count: count)]))]
    }

    private static func positions(_ x: Tensor) throws(BitdepthError) -> [Int] {
        let isZero = x.type.isFloatingPoint ? try x.doubles().map { $0 == 0 } : try x.bitPatterns().map { $0 == 0 }
        return isZero.indices.filter { !isZero[$0] }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let positions = try NonZero.positions(x)
        let coordinates = x.shape.dimensions.indices.flatMap { axis in
            positions.map { Int64($0 / x.shape.strides[axis] % x.shape[axis]) }
        }
        return [try Tensor(coordinates, shape: [x.shape.rank, positions.count])]
    }
}

extension Dimension {
    /// A known extent, or an unknown one for `nil`.
    init(count: Int?) { self = count.map(Dimension.known) ?? .unknown }
}
