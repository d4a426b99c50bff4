import BitdepthGraphs
import BitdepthTensors

/// The grid of places that affine maps `[N, 2, 3]` or `[N, 3, 4]` send the elements of an image to, whose shape
/// `size` gives as `[N, C, H, W]` or `[N, C, D, H, W]`: what GridSample takes, `[N, H, W, 2]` or `[N, D, H, W, 3]`.
///
/// Source: ONNX operator specification, AffineGrid-20.
public struct AffineGrid: FoldableOperator {
    public static let signature = OperatorSignature("AffineGrid", versions: [20], inputs: 2...2)
    /// Whether -1 and 1 are the centers of the outermost elements; else they are their outer edges.
    public let alignsCorners: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alignsCorners = try attributes.flag("align_corners", default: false)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let theta = try inputs.required(0, "theta")
        guard theta.element.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "maps hold floating-point numbers, not \(theta.element.shortName)")
        }
        guard let size = try inputs.required(1, "size").constant else {
            guard let dimensions = theta.dimensions, dimensions.count == 3, let axes = dimensions[1].value,
                axes == 2 || axes == 3
            else { return [TensorType(theta.element, PartialShape.unknown)] }
            let places = [Dimension](repeating: .unknown, count: axes)
            return [TensorType(theta.element, PartialShape([dimensions[0]] + places + [.known(axes)]))]
        }
        let extents = try size.integers()
        let axes = extents.count - 2
        let needed: [Dimension] = [extents.first.map { .known($0) } ?? .unknown, .known(axes), .known(axes + 1)]
        guard axes == 2 || axes == 3, AffineGrid.agree(theta.dimensions ?? needed, needed) else {
            throw BitdepthError(
                .shapeMismatch, "maps of shape \(theta.type.shape) do not fit images of shape \(extents)")
        }
        return [TensorType(theta.type.element, try Shape([extents[0]] + extents[2...] + [axes]))]
    }

    /// Whether dimensions may be the same.
    private static func agree(_ a: [Dimension], _ b: [Dimension]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.value == nil || $1.value == nil || $0 == $1 }
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let theta = try inputs.required(0, "theta")
        let shape = try outputShape(inputs)
        let axes = shape.rank - 2
        let extents = Array(shape.dimensions[1...axes])
        let map = try theta.doubles()
        var grid: [Double] = []
        grid.reserveCapacity(shape.count)
        for n in 0..<(shape.count > 0 ? shape[0] : 0) {
            for place in 0..<shape.count(of: 1..<shape.rank - 1) {
                // The innermost axis is x, the first coordinate; the last is the 1 of homogeneous coordinates.
                let indices = unravel(place, extents)
                let from = zip(indices, extents).map { normalized($0, extent: $1) }.reversed() + [1]
                for row in 0..<axes {
                    let first = (n * axes + row) * (axes + 1)
                    grid.append(from.indices.reduce(0) { $0 + map[first + $1] * from[$1] })
                }
            }
        }
        return [try Tensor(reals: grid, shape: shape, type: theta.type)]
    }

    private func normalized(_ index: Int, extent: Int) -> Double {
        guard alignsCorners else { return Double(2 * index + 1) / Double(extent) - 1 }
        // A single element has its one center in the middle.
        return extent == 1 ? 0 : 2 * Double(index) / Double(extent - 1) - 1
    }
}
