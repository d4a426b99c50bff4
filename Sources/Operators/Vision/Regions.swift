import BitdepthTensors

/// What poolings of regions of interest share.
enum Regions {
    /// Coordinates beyond it, in elements, are refused: no image is that large.
    static let largestCoordinate: Float = 16_777_216
    /// Bins along an axis that a region may be divided into.
    static let binCounts = 1...1 << 16

    /// `[R, C, h, w]`, as far as it is known, for X `[N, C, H, W]` and regions `[R, numbersPerRegion]`.
    static func outputShape(
        _ x: Fact, _ rois: Fact, numbersPerRegion: Int, _ pooled: [Int]
    ) throws(BitdepthError) -> PartialShape {
        guard x.element.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "regions are pooled of floats, not of \(x.element.shortName)")
        }
        try requireSameType(x.element, rois.element)
        let image = x.dimensions ?? [.unknown, .unknown, .unknown, .unknown]
        let regions = rois.dimensions ?? [.unknown, .unknown]
        guard image.count == 4, regions.count == 2, (regions[1].value ?? numbersPerRegion) == numbersPerRegion else {
            throw BitdepthError(
                .shapeMismatch,
                "regions of shape \(rois.type.shape) of an input of shape \(x.type.shape); [R,\(numbersPerRegion)] and [N,C,H,W] are needed"
            )
        }
        return PartialShape([regions[0], image[1]] + pooled.map { .known($0) })
    }

    /// The number of the image that a region is of.
    static func image(_ number: Double, of count: Int) throws(BitdepthError) -> Int {
        guard let image = Int(exactly: number), image >= 0, image < count else {
            throw BitdepthError(.valueOutOfRange, "a region is of image \(number); there are \(count)")
        }
        return image
    }
}
