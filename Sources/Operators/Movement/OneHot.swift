import BitdepthGraphs
import BitdepthTensors

/// A new axis of `depth` elements, the on value at the index and the off value elsewhere; `values` is `[off, on]`.
///
/// Source: ONNX operator specification, OneHot-28.
public struct OneHot: FoldableOperator {
    public static let signature = OperatorSignature("OneHot", versions: [9, 11, 28], inputs: 3...3)
    public let axis: Int
    public init(_ attributes: AttributeReader) throws(BitdepthError) { axis = try attributes.int("axis", default: -1) }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let indices = try inputs.required(0, "indices")
        let values = try inputs.required(2, "values")
        guard var dimensions = indices.dimensions else { return [TensorType(values.element, PartialShape.unknown)] }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count + 1)
        var extent = Dimension.unknown
        if let depth = try inputs.required(1, "depth").constant {
            extent = .known(try OneHot.depth(depth))
        }
        dimensions.insert(extent, at: axis)
        return [TensorType(values.element, PartialShape(dimensions))]
    }

    private static func depth(_ tensor: Tensor) throws(BitdepthError) -> Int {
        let depth = try tensor.converted(to: .int64).integer("depth")
        guard depth >= 0 else { throw BitdepthError(.valueOutOfRange, "depth is \(depth)") }
        return depth
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let values = try inputs.required(2, "values")
        guard values.count == 2 else {
            throw BitdepthError(.shapeMismatch, "there are \(values.count) values; they must be two, off and on")
        }
        // Indices of a float type are compared as such: a fraction is no place on the axis.
        let indices = try inputs.required(0, "indices").doubles()
        let lanes = Lanes(shape, axis: try shape.axis(axis))
        let depth = Double(lanes.extent)
        let positions = (0..<shape.count).map { position in
            let place = Double(position / lanes.inner % lanes.extent)
            let index = indices[position / (lanes.inner * lanes.extent) * lanes.inner + position % lanes.inner]
            return index == place || index + depth == place && index < 0 ? 1 : 0
        }
        return [try values.gathered(positions, shape: shape)]
    }
}
