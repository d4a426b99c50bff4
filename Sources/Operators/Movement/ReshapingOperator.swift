import BitdepthGraphs
import BitdepthTensors

/// An operator that gives the same elements in the same order another shape.
public protocol ReshapingOperator: FoldableOperator {
    /// Extents of the output; `nil` where not even their number is known.
    ///
    /// - Parameters:
    ///   - dimensions: Extents of the first input.
    ///   - inputs: All inputs; the second one says which shape or axes.
    func reshape(_ dimensions: [Dimension], _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension]?
}

extension ReshapingOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard let dimensions = data.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        return [TensorType(data.element, PartialShape(try reshape(dimensions, inputs)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try inputs.required(0, "data").reshaped(to: try outputShape(inputs))]
    }

    public var quantization: QuantizationRule { .dataMovement }
}

/// The input itself, of whatever kind. Source: ONNX operator specification, Identity-25.
public struct Identity: ValueOperator {
    public static let signature = OperatorSignature.unary("Identity", [1, 13, 14, 16, 19, 21, 23, 24, 25])
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        [try inputs.required(0, "input")]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        [try inputs.required(0, "input")]
    }

    public var quantization: QuantizationRule { .dataMovement }
}

/// A matrix: the axes before `axis` become the rows, the others the columns. Source: ONNX operator specification, Flatten-25.
public struct Flatten: ReshapingOperator {
    public static let signature = OperatorSignature.unary("Flatten", [1, 9, 11, 13, 21, 23, 24, 25])
    public let axis: Int
    public init(_ attributes: AttributeReader) throws(BitdepthError) { axis = try attributes.int("axis", default: 1) }

    public func reshape(_ dimensions: [Dimension], _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension]? {
        // The axis may be as large as the rank: all axes are rows then.
        guard axis >= -dimensions.count, axis <= dimensions.count else {
            throw BitdepthError(
                .invalidAttribute, "axis \(axis) is outside of -\(dimensions.count) ... \(dimensions.count)")
        }
        let rows = axis < 0 ? axis + dimensions.count : axis
        return [try product(dimensions[..<rows]), try product(dimensions[rows...])]
    }

    private func product(_ dimensions: ArraySlice<Dimension>) throws(BitdepthError) -> Dimension {
        if dimensions.count == 1, let only = dimensions.first { return only }
        let extents = dimensions.compactMap(\.value)
        guard extents.count == dimensions.count else { return .unknown }
        return .known(try Shape(extents).count)
    }
}
