import BitdepthGraphs
import BitdepthTensors

/// The entries along `axis` that the indices name; the indices' axes take the place of `axis`.
///
/// Source: ONNX operator specification, Gather-13.
public struct Gather: FoldableOperator {
    public static let signature = OperatorSignature("Gather", versions: [1, 11, 13], inputs: 2...2)
    public let axis: Int
    public init(_ attributes: AttributeReader) throws(BitdepthError) { axis = try attributes.int("axis", default: 0) }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        guard let dimensions = data.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count)
        guard let places = indices.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        return [TensorType(data.element, PartialShape(dimensions[..<axis] + places + dimensions[(axis + 1)...]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let shape = try outputShape(inputs)
        let axis = try data.shape.axis(self.axis)
        let places = try normalized(try indices.integers(), extent: data.shape[axis])
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: data.type)] }
        var offsets = data.shape.axisOffsets
        offsets[axis] = places.map { $0 * data.shape.strides[axis] }
        return [try data.gathered(try gridPositions(offsets), shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}

/// For each index the element of the data at the index's own place, moved to the index along `axis`.
///
/// Source: ONNX operator specification, GatherElements-13.
public struct GatherElements: FoldableOperator {
    public static let signature = OperatorSignature("GatherElements", versions: [11, 13], inputs: 2...2)
    public let axis: Int
    public init(_ attributes: AttributeReader) throws(BitdepthError) { axis = try attributes.int("axis", default: 0) }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(try inputs.required(0, "data").element, try inputs.required(1, "indices").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let positions = try elementPositions(indices, in: data.shape, axis: axis)
        return [try data.gathered(positions, shape: indices.shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}

/// The elements or slices whose leading coordinates the last axis of the indices gives, after `batch_dims` shared axes.
///
/// Source: ONNX operator specification, GatherND-13.
public struct GatherND: FoldableOperator {
    public static let signature = OperatorSignature("GatherND", versions: [11, 12, 13], inputs: 2...2)
    public let batchDimensions: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        batchDimensions = try attributes.int("batch_dims", default: 0)
        guard batchDimensions >= 0 else { throw attributes.invalid("batch_dims", "is \(batchDimensions)") }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard let dimensions = data.dimensions, let places = try inputs.required(1, "indices").dimensions,
            let depth = places.isEmpty ? 0 : places.last?.value
        else { return [TensorType(data.element, PartialShape.unknown)] }
        guard batchDimensions < places.count, depth >= 1, depth <= dimensions.count - batchDimensions else {
            throw BitdepthError(
                .shapeMismatch,
                "indices of shape \(PartialShape(places)) with \(batchDimensions) batch axes do not fit data of shape \(data.type.shape)"
            )
        }
        return [TensorType(data.element, PartialShape(places.dropLast() + dimensions[(batchDimensions + depth)...]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let shape = try outputShape(inputs)
        guard data.shape.dimensions.prefix(batchDimensions) == indices.shape.dimensions.prefix(batchDimensions) else {
            throw BitdepthError(.shapeMismatch, "\(data) and \(indices) differ in their \(batchDimensions) batch axes")
        }
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: data.type)] }
        let (starts, block) = try slicePositions(indices, in: data.shape, batchDimensions: batchDimensions)
        var positions: [Int] = []
        positions.reserveCapacity(shape.count)
        for start in starts { positions += start..<start + block }
        return [try data.gathered(positions, shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}
