import BitdepthGraphs
import BitdepthTensors

/// Drops axes of extent 1: those that the second input names, or all. Source: ONNX operator specification, Squeeze-25.
public struct Squeeze: ReshapingOperator {
    public static let signature = OperatorSignature("Squeeze", versions: [1, 11, 13, 21, 23, 24, 25], inputs: 1...2)
    public init(_ attributes: AttributeReader) {}

    public func reshape(_ dimensions: [Dimension], _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension]? {
        guard let fact = inputs.optional(1) else {
            guard dimensions.allSatisfy({ $0.value != nil }) else { return nil }
            return dimensions.filter { $0 != .known(1) }
        }
        guard let axes = try inputs.integers(1) else {
            guard let count = unknownDimensions(asManyAs: fact)?.count, count <= dimensions.count else { return nil }
            return [Dimension](repeating: .unknown, count: dimensions.count - count)
        }
        var dropped = Set<Int>()
        for axis in axes {
            let axis = try Shape.normalize(axis: axis, rank: dimensions.count)
            if let extent = dimensions[axis].value, extent != 1 {
                throw BitdepthError(.shapeMismatch, "axis \(axis) of extent \(extent) cannot be squeezed")
            }
            dropped.insert(axis)
        }
        return dimensions.indices.filter { !dropped.contains($0) }.map { dimensions[$0] }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 13 { try node.moveToInput("axes", at: 1, in: &scope) }
    }
}

/// Adds axes of extent 1 at the places of the output that the second input names.
///
/// Source: ONNX operator specification, Unsqueeze-25.
public struct Unsqueeze: ReshapingOperator {
    public static let signature = OperatorSignature("Unsqueeze", versions: [1, 11, 13, 21, 23, 24, 25], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func reshape(_ dimensions: [Dimension], _ inputs: [Fact?]) throws(BitdepthError) -> [Dimension]? {
        let fact = try inputs.required(1, "axes")
        guard let axes = try inputs.integers(1) else {
            guard let added = unknownDimensions(asManyAs: fact) else { return nil }
            return dimensions.map { _ in .unknown } + added
        }
        let rank = dimensions.count + axes.count
        var added = Set<Int>()
        for axis in axes {
            guard added.insert(try Shape.normalize(axis: axis, rank: rank)).inserted else {
                throw BitdepthError(.valueOutOfRange, "axes \(axes) name an axis twice")
            }
        }
        var rest = dimensions[...]
        return (0..<rank).map { added.contains($0) ? .known(1) : rest.popFirst() ?? .unknown }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 13 { try node.moveToInput("axes", at: 1, in: &scope) }
    }
}
