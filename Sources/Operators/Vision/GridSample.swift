import BitdepthGraphs
import BitdepthTensors

/// The values of X `[N, C, D…]` at the places that a grid `[N, O…, r]` names for each element of the output `[N, C,
/// O…]`.
///
/// Coordinates are normalized to -1 … 1 and count the innermost of the r spatial axes first.
/// Source: ONNX operator specification, GridSample-22.
public struct GridSample: FoldableOperator {
    public static let signature = OperatorSignature("GridSample", versions: [16, 20, 22], inputs: 2...2)
    public let mode: Mode
    public let padding: Padding
    /// Whether -1 and 1 are the centers of the outermost elements; else they are their outer edges.
    public let alignsCorners: Bool

    public enum Mode: String, Sendable, CaseIterable {
        case linear, nearest, cubic
    }

    /// What lies outside of X.
    public enum Padding: String, Sendable, CaseIterable {
        case zeros, border, reflection
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        mode = try attributes.choice("mode", default: .linear)
        padding = try attributes.choice("padding_mode", default: .zeros)
        alignsCorners = try attributes.flag("align_corners", default: false)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let grid = try inputs.required(1, "grid")
        guard grid.element.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "a grid holds floating-point numbers, not \(grid.element.shortName)")
        }
        guard let image = x.dimensions, let places = grid.dimensions else {
            return [TensorType(x.element, PartialShape.unknown)]
        }
        let axes = image.count - 2
        guard axes >= 1, places.count == image.count, (places[axes + 1].value ?? axes) == axes,
            image[0].value == nil || places[0].value == nil || image[0] == places[0]
        else {
            throw BitdepthError(
                .shapeMismatch, "a grid of shape \(grid.type.shape) does not fit an input of shape \(x.type.shape)")
        }
        return [TensorType(x.element, PartialShape([image[0], image[1]] + places[1...axes]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let grid = try inputs.required(1, "grid")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: x.type)] }
        let extents = Array(x.shape.dimensions[2...])
        guard !extents.contains(0) else {
            throw BitdepthError(.shapeMismatch, "an input of shape \(x.shape) has nothing to sample")
        }
        let taps = try taps(grid, extents)
        return [mode == .nearest ? try chosen(x, taps, shape) : try interpolated(x, taps, shape)]
    }

    /// For each place of the grid, the elements of a plane of X that contribute to its value.
    private func taps(_ grid: Tensor, _ extents: [Int]) throws(BitdepthError) -> [[WeightedPosition]] {
        let axes = extents.map { GridAxis(extent: $0, sample: self, isWide: grid.type == .float64) }
        let coordinates = try grid.doubles()
        return stride(from: 0, to: coordinates.count, by: axes.count).map { place in
            let perAxis = axes.indices.map { axes[$0].taps(at: coordinates[place + axes.count - 1 - $0]) }
            return WeightedPosition.product(perAxis, extents: extents)
        }
    }

    /// Elements as they are, whatever their type.
    private func chosen(_ x: Tensor, _ taps: [[WeightedPosition]], _ shape: Shape) throws(BitdepthError) -> Tensor {
        let source = try Tensor(joining: [x, try Tensor(zeros: .scalar, type: x.type)])
        var positions: [Int] = []
        positions.reserveCapacity(shape.count)
        forEachOutput(of: x.shape, taps) { plane, taps in
            positions.append(taps.first.map { plane + $0.position } ?? x.count)
        }
        return try source.gathered(positions, shape: shape)
    }

    private func interpolated(
        _ x: Tensor, _ taps: [[WeightedPosition]], _ shape: Shape
    ) throws(BitdepthError) -> Tensor {
        let values = try x.doubles()
        var results: [Double] = []
        results.reserveCapacity(shape.count)
        forEachOutput(of: x.shape, taps) { plane, taps in
            results.append(taps.reduce(0) { $0 + values[plane + $1.position] * $1.weight })
        }
        // Integers are what a float becomes when its fraction is cut off.
        if !x.type.isFloatingPoint { results = results.map { $0.rounded(.towardZero) } }
        return try Tensor(saturating: results, shape: shape, type: x.type)
    }

    /// Calls `body` for each element of the output, in order, with where its plane of X begins.
    private func forEachOutput(
        of image: Shape, _ taps: [[WeightedPosition]], _ body: (_ plane: Int, _ taps: [WeightedPosition]) -> Void
    ) {
        let size = image.count(of: 2..<image.rank)
        let places = taps.count / image[0]
        for n in 0..<image[0] {
            for c in 0..<image[1] {
                for place in 0..<places { body((n * image[1] + c) * size, taps[n * places + place]) }
            }
        }
    }

    /// Modes had names for two axes.
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard next == 20 else { return }
        if node.attributes["mode"] == .text("bilinear") { node.attributes["mode"] = .text("linear") }
        if node.attributes["mode"] == .text("bicubic") { node.attributes["mode"] = .text("cubic") }
    }

    /// Zeros that come from outside of X have no code of their own.
    public var quantization: QuantizationRule { mode == .nearest && padding != .zeros ? .dataMovement : .float }
}
