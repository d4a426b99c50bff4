import BitdepthGraphs
import BitdepthTensors

/// Elements put back to where MaxPool found them, zeros elsewhere: X and indices `[N, C, D…]` → `[N, C, O…]`.
///
/// Indices are flat positions in a tensor of the shape that follows from the window; a larger `output_shape` gets
/// zeros at its ends. Source: ONNX operator specification, MaxUnpool-22.
public struct MaxUnpool: FoldableOperator {
    public static let signature = OperatorSignature("MaxUnpool", versions: [9, 11, 22], inputs: 2...3)
    public let window: Window

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        _ = try attributes.required("kernel_shape", window.kernel)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let indices = try inputs.required(1, "I")
        guard let dimensions = x.dimensions else { return [TensorType(x.element, PartialShape.unknown)] }
        let unpooled = try unpooled(dimensions)
        if let shape = x.type.shape.shape, let other = indices.type.shape.shape, shape != other {
            throw BitdepthError(.shapeMismatch, "indices of shape \(other) do not fit an input of shape \(shape)")
        }
        guard let wanted = inputs.optional(2) else { return [TensorType(x.element, PartialShape(unpooled))] }
        guard let extents = try wanted.constant?.integers() else {
            return [TensorType(x.element, PartialShape(dimensions.map { _ in .unknown }))]
        }
        guard extents.count == unpooled.count, zip(extents, unpooled).allSatisfy({ $0 >= $1.value ?? 0 }) else {
            throw BitdepthError(
                .shapeMismatch, "an output shape of \(extents) does not hold the unpooled \(PartialShape(unpooled))")
        }
        return [TensorType(x.element, try Shape(extents))]
    }

    /// The shape that follows from the window.
    private func unpooled(_ dimensions: [Dimension]) throws(BitdepthError) -> [Dimension] {
        guard dimensions.count >= 3 else {
            throw BitdepthError(.shapeMismatch, "an input of rank \(dimensions.count) must have rank 3 at least")
        }
        let geometry = try window.unplaced(axes: dimensions.count - 2, kernel: nil)
        var unpooled = Array(dimensions[..<2])
        for (axis, dimension) in dimensions[2...].enumerated() {
            guard let extent = dimension.value else {
                unpooled.append(.unknown)
                continue
            }
            let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: geometry.strides[axis])
            let full =
                (overflow ? Shape.largestCount : min(reach, Shape.largestCount)) + geometry.kernel[axis]
                - geometry.padsBegin[axis] - geometry.padsEnd[axis]
            guard full >= 0, full <= Shape.largestCount else {
                throw BitdepthError(
                    .shapeMismatch, "spatial axis \(axis) of extent \(extent) cannot be unpooled to \(full) elements")
            }
            unpooled.append(.known(full))
        }
        return unpooled
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let indices = try inputs.required(1, "I")
        let shape = try outputShape(inputs)
        let unpooled = try Shape(try unpooled(PartialShape(x.shape).dimensions ?? []).compactMap(\.value))
        try unpooled.checkedForEvaluation()
        // For each element of the output, the element of X that stands there, or the zero behind all of them.
        var sources = try [Int](repeating: x.count, filling: shape)
        let strides = shape.strides
        for (source, index) in try indices.integers().enumerated() {
            guard index >= 0, index < unpooled.count else {
                throw BitdepthError(
                    .valueOutOfRange, "index \(index) is outside of the unpooled shape \(unpooled)")
            }
            let position = zip(unravel(index, unpooled.dimensions), strides).reduce(0) { $0 + $1.0 * $1.1 }
            sources[position] = source
        }
        let elements = try Tensor(joining: [x, try Tensor(zeros: .scalar, type: x.type)])
        return [try elements.gathered(sources, shape: shape)]
    }
}
