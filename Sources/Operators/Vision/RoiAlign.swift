import BitdepthGraphs
import BitdepthTensors

/// Means or maxima of interpolated samples in the bins of regions `[R, 4]` (x1, y1, x2, y2) of X `[N, C, H, W]`: `[R,
/// C, h, w]`.
///
/// Source: ONNX operator specification, RoiAlign-22; He et al. 2017 (arXiv 1703.06870).
public struct RoiAlign: FoldableOperator {
    public static let signature = OperatorSignature("RoiAlign", versions: [10, 16, 22], inputs: 3...3)
    public let mode: Mode
    public let coordinateMode: CoordinateMode
    /// Height and width.
    public let pooledShape: [Int]
    /// Samples of a bin along each axis; 0 for as many as the bin has elements.
    public let samplingRatio: Int
    public let spatialScale: Float

    public enum Mode: String, Sendable, CaseIterable {
        case average = "avg"
        case maximum = "max"
    }

    public enum CoordinateMode: String, Sendable, CaseIterable {
        /// Element 0 reaches from coordinate 0 to 1.
        case halfPixel = "half_pixel"
        /// Element 0 lies at coordinate 0, and a region has at least the size of one element.
        case outputHalfPixel = "output_half_pixel"
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        mode = try attributes.choice("mode", default: .average)
        coordinateMode = try attributes.choice("coordinate_transformation_mode", default: .halfPixel)
        samplingRatio = try attributes.int("sampling_ratio", default: 0)
        spatialScale = try attributes.float("spatial_scale", default: 1)
        pooledShape = [
            try attributes.int("output_height", default: 1), try attributes.int("output_width", default: 1),
        ]
        guard samplingRatio >= 0 else {
            throw attributes.invalid("sampling_ratio", "is \(samplingRatio); it must not be negative")
        }
        guard pooledShape.allSatisfy({ Regions.binCounts.contains($0) }) else {
            throw attributes.invalid("output_height", "and output_width are \(pooledShape)")
        }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let rois = try inputs.required(1, "rois")
        let images = try inputs.required(2, "batch_indices")
        let shape = try Regions.outputShape(x, rois, numbersPerRegion: 4, pooledShape)
        if let regions = rois.dimensions?.first?.value, let extents = images.type.shape.shape, extents.count != regions
        {
            throw BitdepthError(.shapeMismatch, "\(regions) regions have \(extents.count) batch indices")
        }
        return [TensorType(x.element, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let rois = try inputs.required(1, "rois").floats()
        let images = try inputs.required(2, "batch_indices").integers()
        let shape = try outputShape(inputs)
        let values = try x.doubles()
        let extents = Array(x.shape.dimensions[2...])
        let size = x.shape.count(of: 2..<4)
        var results: [Double] = []
        results.reserveCapacity(shape.count)
        for region in 0..<(shape.count > 0 ? shape[0] : 0) {
            let image = try Regions.image(Double(images[region]), of: x.shape[0])
            let rows = try bins(rois[region * 4 + 1], rois[region * 4 + 3], count: shape[2], extent: extents[0])
            let columns = try bins(rois[region * 4], rois[region * 4 + 2], count: shape[3], extent: extents[1])
            let samples = try Shape([rows.reduce(0) { $0 + $1.count }, columns.reduce(0) { $0 + $1.count }, shape[1]])
            guard samples.count <= RoiAlign.largestSampleCount else {
                throw BitdepthError(.limitExceeded, "\(samples.count) samples of a region are too many")
            }
            for c in 0..<shape[1] {
                let plane = values[(image * shape[1] + c) * size..<(image * shape[1] + c + 1) * size]
                for row in rows {
                    for column in columns { results.append(pooled(plane, row, column, width: extents[1])) }
                }
            }
        }
        return [try Tensor(reals: results, shape: shape, type: x.type)]
    }

    /// The elements about each sample of each bin along an axis.
    private func bins(
        _ start: Float, _ end: Float, count: Int, extent: Int
    ) throws(BitdepthError) -> [[[WeightedPosition]]] {
        // In FP32 as everybody does it: rounding decides how many samples a bin has, and whether one lies outside.
        let shift: Float = coordinateMode == .halfPixel ? 0.5 : 0
        let first = start * spatialScale - shift
        var length = end * spatialScale - shift - first
        if coordinateMode == .outputHalfPixel { length = max(length, 1) }
        let bin = length / Float(count)
        guard abs(first) <= Regions.largestCoordinate, abs(length) <= Regions.largestCoordinate else {
            throw BitdepthError(.valueOutOfRange, "a region reaches from \(start) to \(end)")
        }
        let samples = samplingRatio > 0 ? samplingRatio : max(Int(bin.rounded(.up)), 0)
        let (total, overflow) = samples.multipliedReportingOverflow(by: count)
        guard !overflow, total <= RoiAlign.largestSampleCountOfAxis else {
            throw BitdepthError(.limitExceeded, "\(count) bins of \(samples) samples are too many")
        }
        return (0..<count).map { number in
            (0..<samples).map { sample in
                let inBin = (Float(sample) + 0.5) * bin / Float(samples)
                return taps(at: Double(first + Float(number) * bin + inBin), extent: extent)
            }
        }
    }

    /// Of a region along one axis, and of a whole one over all channels.
    private static let largestSampleCountOfAxis = 1 << 20
    private static let largestSampleCount = 1 << 28

    /// Nothing more than one element outside; the outermost element in between.
    private func taps(at coordinate: Double, extent: Int) -> [WeightedPosition] {
        guard coordinate >= -1, coordinate <= Double(extent) else { return [] }
        return WeightedPosition.linear(at: min(max(coordinate, 0), Double(extent - 1)), extent: extent)
    }

    /// The mean of the samples of a bin; or the largest of the terms that the samples are the sums of, which the
    /// specification's reference and its users take as the maximum.
    private func pooled(
        _ plane: ArraySlice<Double>, _ rows: [[WeightedPosition]], _ columns: [[WeightedPosition]], width: Int
    ) -> Double {
        var sum = 0.0
        var largest = -Double.infinity
        for row in rows {
            for column in columns {
                for y in row {
                    for x in column {
                        let value = plane[plane.startIndex + y.position * width + x.position]
                        sum += value * y.weight * x.weight
                        largest = max(largest, value * y.weight * x.weight)
                    }
                }
                // A sample has four terms; those that are left out are zero.
                if row.count * column.count < 4 { largest = max(largest, 0) }
            }
        }
        let count = rows.count * columns.count
        if count == 0 { return 0 }
        return mode == .average ? sum / Double(count) : largest
    }

    /// Coordinates were not shifted by half an element.
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 16 { node.attributes["coordinate_transformation_mode"] = .text("output_half_pixel") }
    }
}
