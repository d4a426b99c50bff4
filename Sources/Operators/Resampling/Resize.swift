import BitdepthGraphs
import BitdepthTensors

/// Resamples a tensor along some of its axes: X, roi, scales or sizes → Y.
///
/// Source: ONNX operator specification, Resize-19.
public struct Resize: Operator {
    public static let signature = OperatorSignature("Resize", versions: [10, 11, 13, 18, 19], inputs: 1...4)

    public enum Mode: String, Sendable, CaseIterable { case nearest, linear, cubic }

    /// Which neighbour is nearest.
    public enum NearestMode: String, Sendable, CaseIterable {
        case roundPreferFloor = "round_prefer_floor"
        case roundPreferCeil = "round_prefer_ceil"
        case floor, ceil
    }

    /// How a position in the output becomes one in the input.
    public enum CoordinateMode: String, Sendable, CaseIterable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tfHalfPixelForNearest = "tf_half_pixel_for_nn"
        case tfCropAndResize = "tf_crop_and_resize"
    }

    /// What sizes mean where they would change the ratio of the axes.
    public enum AspectRatioPolicy: String, Sendable, CaseIterable {
        case stretch
        case notLarger = "not_larger"
        case notSmaller = "not_smaller"
    }

    public let mode: Mode
    public let nearestMode: NearestMode
    public let coordinateMode: CoordinateMode
    public let cubicCoefficient: Float
    /// Whether weights outside of the input count as zero, instead of repeating the edge.
    public let excludesOutside: Bool
    /// What lies outside of the region in ``CoordinateMode/tfCropAndResize``.
    public let extrapolationValue: Float
    /// The axes that roi, scales and sizes speak of; all where it is `nil`.
    public let axes: [Int]?
    public let isAntialiased: Bool
    public let aspectRatioPolicy: AspectRatioPolicy

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        mode = try attributes.choice("mode", default: .nearest)
        nearestMode = try attributes.choice("nearest_mode", default: .roundPreferFloor)
        coordinateMode = try attributes.choice("coordinate_transformation_mode", default: .halfPixel)
        cubicCoefficient = try attributes.float("cubic_coeff_a", default: -0.75)
        excludesOutside = try attributes.flag("exclude_outside", default: false)
        extrapolationValue = try attributes.float("extrapolation_value", default: 0)
        axes = try attributes.ints("axes")
        isAntialiased = try attributes.flag("antialias", default: false)
        aspectRatioPolicy = try attributes.choice("keep_aspect_ratio_policy", default: .stretch)
        if isAntialiased, mode == .nearest { throw attributes.invalid("antialias", "needs mode linear or cubic") }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        guard let dimensions = x.dimensions else { return [Fact(x.element, .unknown)] }
        let unknown = [Fact(x.element, PartialShape([Dimension](repeating: .unknown, count: dimensions.count)))]
        if inputs.optional(2).map({ $0.constant == nil && $0.type.shape.shape?.count != 0 }) ?? false { return unknown }
        if inputs.optional(3).map({ $0.constant == nil && $0.type.shape.shape?.count != 0 }) ?? false { return unknown }
        let target = try ResizeTarget(
            self, scales: inputs.optional(2)?.constant, sizes: inputs.optional(3)?.constant, rank: dimensions.count)
        return [Fact(x.element, PartialShape(try target.output(dimensions)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let target = try ResizeTarget(self, scales: inputs.optional(2), sizes: inputs.optional(3), rank: x.shape.rank)
        let resamplings = try target.resamplings(of: x.shape, roi: inputs.optional(1))
        let shape = try Shape(resamplings.map { $0.weights.count })
        guard x.count > 0 || shape.count == 0 else {
            throw BitdepthError(.shapeMismatch, "input \(x) has no elements to resize to \(shape)")
        }
        if mode == .nearest, !resamplings.contains(where: { $0.weights.contains(where: \.isOutside) }) {
            return [try x.gathered(nearestPositions(x.shape, shape, resamplings), shape: shape)]
        }
        return [try Tensor(saturating: try interpolated(x, shape, resamplings), shape: shape, type: x.type)]
    }

    /// Flat input positions of the output's elements.
    private func nearestPositions(_ input: Shape, _ output: Shape, _ resamplings: [AxisResampling]) -> [Int] {
        var positions = [0]
        for resampling in resamplings {
            let along = resampling.weights.map { $0.first }
            positions = positions.flatMap { position in along.map { position * resampling.extent + $0 } }
        }
        return output.count == 0 ? [] : positions
    }

    /// Axis by axis: interpolation along several axes is the product of those along each.
    private func interpolated(_ x: Tensor, _ shape: Shape, _ resamplings: [AxisResampling]) throws(BitdepthError)
        -> [Double]
    {
        var values = try x.doubles()
        var extents = x.shape.dimensions
        for (axis, resampling) in resamplings.enumerated() where !resampling.isIdentity {
            let lanes = Lanes(try Shape(extents), axis: axis)
            extents[axis] = resampling.weights.count
            values = try resampling.apply(to: values, lanes, result: try Shape(extents))
        }
        for (axis, resampling) in resamplings.enumerated() {
            let lanes = Lanes(shape, axis: axis)
            for (index, weights) in resampling.weights.enumerated() where weights.isOutside {
                lanes.forEach { first in values[first + index * lanes.inner] = Double(extrapolationValue) }
            }
        }
        return values
    }

    /// The nearest neighbour only moves codes about, unless a foreign value fills the outside.
    public var quantization: QuantizationRule {
        mode == .nearest && coordinateMode != .tfCropAndResize ? .dataMovement : .unary
    }
}
