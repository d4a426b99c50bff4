import BitdepthGraphs
import BitdepthTensors

/// The input repeated along axes of extent 1 until it broadcasts with the shape that the second input gives.
///
/// Source: ONNX operator specification, Expand-13.
public struct Expand: FoldableOperator {
    public static let signature = OperatorSignature("Expand", versions: [8, 13], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let input = try inputs.required(0, "input")
        let fact = try inputs.required(1, "shape")
        guard let extents = try inputs.integers(1) else {
            let target = PartialShape(unknownDimensions(asManyAs: fact))
            return [TensorType(input.element, try PartialShape.broadcast(input.type.shape, target))]
        }
        let target = PartialShape(try Shape(extents))
        return [TensorType(input.element, try PartialShape.broadcast(input.type.shape, target))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let shape = try outputShape(inputs)
        return [try input.gathered(try shape.positions(strides: input.shape.stridesBroadcast(to: shape)), shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}

/// The input repeated as often along each axis as the second input says. Source: ONNX operator specification, Tile-13.
public struct Tile: FoldableOperator {
    public static let signature = OperatorSignature("Tile", versions: [1, 6, 13], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let input = try inputs.required(0, "input")
        let fact = try inputs.required(1, "repeats")
        guard let dimensions = input.dimensions else {
            return [TensorType(input.element, PartialShape(unknownDimensions(asManyAs: fact)))]
        }
        guard let repeats = try inputs.integers(1) else {
            return [TensorType(input.element, PartialShape(dimensions.map { _ in .unknown }))]
        }
        guard repeats.count == dimensions.count, repeats.allSatisfy({ $0 >= 0 }) else {
            throw BitdepthError(.valueOutOfRange, "repeats \(repeats) do not fit an input of shape \(input.type.shape)")
        }
        var result: [Dimension] = []
        for (dimension, count) in zip(dimensions, repeats) {
            guard let extent = dimension.value else {
                result.append(count == 1 ? dimension : .unknown)
                continue
            }
            let (product, overflow) = extent.multipliedReportingOverflow(by: count)
            guard !overflow else {
                throw BitdepthError(.limitExceeded, "\(count) times the extent \(extent) is too large")
            }
            result.append(.known(product))
        }
        return [TensorType(input.element, PartialShape(result))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let input = try inputs.required(0, "input")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: input.type)] }
        let offsets = zip(shape.dimensions, zip(input.shape.dimensions, input.shape.strides)).map { extent, axis in
            (0..<extent).map { $0 % axis.0 * axis.1 }
        }
        return [try input.gathered(try gridPositions(offsets), shape: shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        // Version 1 repeated along one axis, both given as numbers of the data's type.
        guard next == 6, case let input?? = node.inputs.first, let tiles = node.input(1), let axis = node.input(2)
        else { return }
        let base = node.label
        let one = scope.add(try Tensor([Int64(1)]), named: "\(base)_one")
        func vector(_ value: ValueName) -> ValueName {
            let cast = scope.insertBefore("Cast", [value], attribute: ("to", .int(7)), base: base)
            return scope.insertBefore("Reshape", [cast, one], base: base)
        }
        let shape = scope.insertBefore("Shape", [input], base: base)
        let rank = scope.insertBefore("Shape", [shape], base: base)
        let ones = scope.insertBefore("Expand", [one, rank], base: base)
        node.inputs = [input, scope.insertBefore("ScatterElements", [ones, vector(axis), vector(tiles)], base: base)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}
