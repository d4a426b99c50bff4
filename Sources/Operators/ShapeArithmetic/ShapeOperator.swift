import BitdepthGraphs
import BitdepthTensors

/// The extents of the input as an INT64 vector, from axis `start` up to, not including, axis `end`.
///
/// Source: ONNX operator specification, Shape-25.
public struct ShapeOperator: Operator {
    public static let signature = OperatorSignature.unary("Shape", [1, 13, 15, 19, 21, 23, 24, 25])
    public let start: Int
    public let end: Int?

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        start = try attributes.int("start", default: 0)
        end = try attributes.int("end")
    }

    private func part<Extent>(of dimensions: [Extent]) -> ArraySlice<Extent> {
        let rank = dimensions.count
        func place(_ axis: Int) -> Int { min(max(axis < 0 ? max(axis, -rank) + rank : axis, 0), rank) }
        let from = place(start)
        return dimensions[from..<max(from, place(end ?? rank))]
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        guard let dimensions = try inputs.required(0, "data").dimensions else {
            return [Fact(.int64, PartialShape([.unknown]))]
        }
        let part = part(of: dimensions)
        let extents = part.compactMap(\.value)
        guard extents.count == part.count else { return [Fact(.int64, PartialShape([.known(part.count)]))] }
        return [Fact(constant: try Tensor(extents.map { Int64($0) }))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try Tensor(part(of: try inputs.required(0, "data").shape.dimensions).map { Int64($0) })]
    }
}

/// The number of elements of the input, an INT64 scalar. Source: ONNX operator specification, Size-25.
public struct Size: Operator {
    public static let signature = OperatorSignature.unary("Size", [1, 13, 19, 21, 23, 24, 25])
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        guard let shape = try inputs.required(0, "data").type.shape.shape else { return [Fact(.int64, Shape.scalar)] }
        return [Fact(constant: try Tensor(scalar: Int64(shape.count)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try Tensor(scalar: Int64(try inputs.required(0, "data").count))]
    }
}
