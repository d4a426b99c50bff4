import BitdepthGraphs
import BitdepthTensors

/// Axes brought to given extents by cutting off, or adding zeros, at both ends; an odd one falls to the end.
///
/// Source: ONNX operator specification, CenterCropPad-18.
public struct CenterCropPad: FoldableOperator {
    public static let signature = OperatorSignature("CenterCropPad", versions: [18], inputs: 2...2)
    /// The axes that the extents are for; all where it is `nil`.
    public let axes: [Int]?

    public init(_ attributes: AttributeReader) throws(BitdepthError) { axes = try attributes.ints("axes") }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "input_data")
        let shape = try inputs.required(1, "shape")
        guard var dimensions = x.dimensions else { return [TensorType(x.element, PartialShape.unknown)] }
        let axes = try (self.axes ?? Array(dimensions.indices)).map { axis throws(BitdepthError) in
            try Shape.normalize(axis: axis, rank: dimensions.count)
        }
        guard Set(axes).count == axes.count else {
            throw BitdepthError(.invalidAttribute, "attribute \"axes\" names an axis twice")
        }
        let extents = try shape.constant?.integers()
        if let extents {
            guard extents.count == axes.count else {
                throw BitdepthError(.shapeMismatch, "\(extents.count) extents were given for \(axes.count) axes")
            }
            _ = try Shape(extents)
        }
        for (number, axis) in axes.enumerated() { dimensions[axis] = extents.map { .known($0[number]) } ?? .unknown }
        return [TensorType(x.element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input_data")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: x.type)] }
        // So negative that no sum with other offsets is a position.
        let outside = -x.count - 1
        let strides = x.shape.strides
        let offsets = shape.dimensions.indices.map { axis in
            let (from, to) = (x.shape[axis], shape[axis])
            // Either first element stands in the middle of the longer extent.
            let shift = from > to ? (from - to) / 2 : -((to - from) / 2)
            return (0..<to).map { place in
                let source = place + shift
                return source >= 0 && source < from ? source * strides[axis] : outside
            }
        }
        let positions = try gridPositions(offsets).map { $0 < 0 ? x.count : $0 }
        let source = try Tensor(joining: [x, try Tensor(zeros: .scalar, type: x.type)])
        return [try source.gathered(positions, shape: shape)]
    }
}
