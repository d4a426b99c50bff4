import BitdepthGraphs
import BitdepthTensors

/// The maxima of the bins of regions `[R, 5]` (image, x1, y1, x2, y2) of X `[N, C, H, W]`: `[R, C, h, w]`.
///
/// Corners are rounded to whole elements and both belong to the region; bins overlap where they share an element; an
/// empty bin gives 0. Source: ONNX operator specification, MaxRoiPool-22; Girshick 2015 (arXiv 1504.08083).
public struct MaxRoiPool: FoldableOperator {
    public static let signature = OperatorSignature("MaxRoiPool", versions: [1, 22], inputs: 2...2)
    /// Height and width.
    public let pooledShape: [Int]
    public let spatialScale: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        pooledShape = try attributes.required("pooled_shape", try attributes.ints("pooled_shape"))
        spatialScale = try attributes.float("spatial_scale", default: 1)
        guard pooledShape.count == 2, pooledShape.allSatisfy({ Regions.binCounts.contains($0) }) else {
            throw attributes.invalid("pooled_shape", "is \(pooledShape); it must be a height and a width")
        }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let rois = try inputs.required(1, "rois")
        let shape = try Regions.outputShape(x, rois, numbersPerRegion: 5, pooledShape)
        return [TensorType(x.element, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let rois = try inputs.required(1, "rois").floats()
        let shape = try outputShape(inputs)
        let values = try x.doubles()
        let (height, width) = (x.shape[2], x.shape[3])
        var results = try [Double](repeating: 0, filling: shape)
        for region in 0..<(shape.count > 0 ? shape[0] : 0) {
            let numbers = rois[region * 5..<region * 5 + 5]
            let image = try Regions.image(Double(numbers[region * 5]), of: x.shape[0])
            let corners = try numbers.dropFirst().map { number throws(BitdepthError) in try corner(number) }
            let columns = bins(from: corners[0], through: corners[2], count: shape[3], extent: width)
            let rows = bins(from: corners[1], through: corners[3], count: shape[2], extent: height)
            for c in 0..<shape[1] {
                let plane = (image * shape[1] + c) * height * width
                for (h, row) in rows.enumerated() {
                    for (w, column) in columns.enumerated() {
                        var largest: Double?
                        for y in row {
                            for x in column { largest = max(largest ?? -.infinity, values[plane + y * width + x]) }
                        }
                        results[((region * shape[1] + c) * shape[2] + h) * shape[3] + w] = largest ?? 0
                    }
                }
            }
        }
        return [try Tensor(reals: results, shape: shape, type: x.type)]
    }

    /// A coordinate as the index of an element of X, which may lie outside.
    private func corner(_ coordinate: Float) throws(BitdepthError) -> Int {
        let scaled = (coordinate * spatialScale).rounded(.toNearestOrAwayFromZero)
        guard abs(scaled) <= Regions.largestCoordinate else {
            throw BitdepthError(.valueOutOfRange, "a region has a corner at \(coordinate)")
        }
        return Int(scaled)
    }

    /// The elements of each bin along an axis. In integers, so that a bin that ends between two elements does so
    /// exactly.
    private func bins(from first: Int, through last: Int, count: Int, extent: Int) -> [Range<Int>] {
        let length = max(last - first + 1, 1)
        return (0..<count).map { bin in
            let start = min(max(first + bin * length / count, 0), extent)
            let end = min(max(first + ((bin + 1) * length + count - 1) / count, 0), extent)
            return start..<max(start, end)
        }
    }
}
