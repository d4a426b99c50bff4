import BitdepthGraphs
import BitdepthTensors

/// The elements in the shape that the second input gives: -1 stands for what is left, 0 for the input's extent (or for
/// zero itself, where attribute `allowzero` is 1).
///
/// Source: ONNX operator specification, Reshape-25.
public struct Reshape: ReshapingOperator {
    public static let signature = OperatorSignature(
        "Reshape", versions: [1, 5, 13, 14, 19, 21, 23, 24, 25], inputs: 2...2)
    public let allowsZero: Bool
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        allowsZero = try attributes.flag("allowzero", default: false)
    }

    public func reshape(_ dimensions: [Dimension], _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension]? {
        let fact = try inputs.required(1, "shape")
        guard let shape = try inputs.integers(1) else { return unknownDimensions(asManyAs: fact) }
        if let wrong = shape.first(where: { $0 < -1 }) {
            throw BitdepthError(.valueOutOfRange, "shape \(shape) has the extent \(wrong)")
        }
        guard shape.count(where: { $0 == -1 }) <= 1, !(allowsZero && shape.contains(0) && shape.contains(-1)) else {
            throw BitdepthError(.valueOutOfRange, "shape \(shape) leaves more than one extent open")
        }
        var result: [Dimension] = []
        var given: [Int] = []
        // Copied extents stand on both sides, so what is left can be known although they are not.
        var source = dimensions.map(Optional.some)
        for (axis, extent) in shape.enumerated() {
            if extent == 0, !allowsZero {
                guard axis < dimensions.count else {
                    throw BitdepthError(
                        .shapeMismatch, "shape \(shape) copies axis \(axis) of an input of rank \(dimensions.count)")
                }
                result.append(dimensions[axis])
                source[axis] = nil
            } else {
                result.append(extent == -1 ? .unknown : .known(extent))
                if extent != -1 { given.append(extent) }
            }
        }
        let left = source.compactMap { $0 }
        let extents = left.compactMap(\.value)
        guard extents.count == left.count else { return result }
        let (count, divisor) = (try Shape(extents).count, try Shape(given).count)
        guard let open = shape.firstIndex(of: -1) else {
            guard count == divisor || dimensions.contains(.known(0)) && result.contains(.known(0)) else {
                throw mismatch(dimensions, shape)
            }
            return result
        }
        guard divisor > 0, count % divisor == 0 else { throw mismatch(dimensions, shape) }
        result[open] = .known(count / divisor)
        return result
    }

    private func mismatch(_ dimensions: [Dimension], _ shape: [Int]) -> BitdepthError {
        BitdepthError(.shapeMismatch, "an input of shape \(PartialShape(dimensions)) cannot be reshaped to \(shape)")
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        if next == 5 { try node.moveToInput("shape", at: 1, in: &scope) }
    }
}
