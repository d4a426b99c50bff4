import BitdepthGraphs
import BitdepthTensors

/// The input cut along `axis`: into parts of the sizes that the second input gives, or into as many equal parts as there
/// are outputs, the last one smaller where it does not come out even.
///
/// Source: ONNX operator specification, Split-18.
public struct Split: FoldableOperator {
    public static let signature = OperatorSignature(
        "Split", versions: [1, 2, 11, 13, 18], inputs: 1...2, outputs: 1...OperatorSignature.anyNumber)
    public let axis: Int
    public let partCount: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: 0)
        partCount = attributes.outputCount
        if let count = try attributes.int("num_outputs"), count != partCount {
            throw attributes.invalid("num_outputs", "is \(count); the node has \(partCount) outputs")
        }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let input = try inputs.required(0, "input")
        guard let dimensions = input.dimensions else {
            return [TensorType](repeating: TensorType(input.element, PartialShape.unknown), count: partCount)
        }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count)
        return try sizes(of: dimensions[axis], inputs).map { size in
            var part = dimensions
            part[axis] = size
            return TensorType(input.element, PartialShape(part))
        }
    }

    private func sizes(of dimension: Dimension, _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension] {
        if let sizes = try inputs.integers(1) {
            // A sum that overflows belongs to sizes that do not fit anyway.
            let sum = sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
            guard sizes.count == partCount, sizes.allSatisfy({ $0 >= 0 }),
                dimension.value == nil || dimension.value == sum
            else {
                throw BitdepthError(
                    .shapeMismatch,
                    "parts of sizes \(sizes) do not make \(partCount) outputs of an extent of \(dimension)")
            }
            return sizes.map(Dimension.known)
        }
        guard let extent = dimension.value, inputs.optional(1) == nil else {
            return [Dimension](repeating: .unknown, count: partCount)
        }
        let size = extent / partCount + (extent % partCount == 0 ? 0 : 1)
        return (0..<partCount).map { .known(max(0, min(size, extent - $0 * size))) }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let axis = try input.shape.axis(self.axis)
        var parts: [Tensor] = []
        var start = 0
        for type in try outputTypes(inputs.map { $0.map(Fact.init(constant:)) }) {
            guard let shape = type.shape.shape, shape[axis] <= input.shape[axis] - start else {
                throw BitdepthError(.shapeMismatch, "the parts exceed the extent \(input.shape[axis]) of axis \(axis)")
            }
            var offsets = input.shape.axisOffsets
            if shape.count > 0 { offsets[axis] = Array(offsets[axis][start..<start + shape[axis]]) }
            parts.append(try input.gathered(shape.count > 0 ? try gridPositions(offsets) : [], shape: shape))
            start += shape[axis]
        }
        return parts
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 13 { try node.moveToInput("split", at: 1, in: &scope) }
        if next == 18, node.input(1) == nil { node.attributes["num_outputs"] = .int(node.outputs.count) }
    }

    public var quantization: QuantizationRule { .dataMovement }
}
