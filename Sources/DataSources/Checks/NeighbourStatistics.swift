/// How alike neighbouring pixels are, gathered image by image.
///
/// In pictures neighbours are alike; in noise they are not. And where the channels really lie shows in the distance at which the
/// next row is found: `width` elements on if each channel is a plane of its own, `channels · width` if channels alternate. The
/// elements at the other distance are either several rows or a third of the width away, and less alike.
struct NeighbourStatistics {
    private(set) var images = 0
    private var variation = 0.0
    private var alongRows = 0.0
    private var alongColumns = 0.0
    private var differenceOneWidth = 0.0
    private var differenceAllChannels = 0.0

    mutating func observe(_ values: [Float], _ geometry: ImageGeometry) {
        for start in stride(from: 0, through: values.count - geometry.imageCount, by: geometry.imageCount) {
            images += 1
            for channel in 0..<geometry.channels {
                observePlane(values, from: start + channel * geometry.channelStride, geometry)
            }
            guard geometry.channels > 1 else { continue }
            let image = values[start..<start + geometry.imageCount]
            differenceOneWidth += NeighbourStatistics.meanSquaredDifference(image, lag: geometry.width)
            differenceAllChannels += NeighbourStatistics.meanSquaredDifference(
                image, lag: geometry.width * geometry.channels)
        }
    }

    private mutating func observePlane(_ values: [Float], from start: Int, _ geometry: ImageGeometry) {
        var sum = 0.0
        for row in 0..<geometry.height {
            let rowStart = start + row * geometry.rowStride
            for column in 0..<geometry.width { sum += Double(values[rowStart + column * geometry.columnStride]) }
        }
        let mean = sum / Double(geometry.height * geometry.width)
        for row in 0..<geometry.height {
            let rowStart = start + row * geometry.rowStride
            for column in 0..<geometry.width {
                let index = rowStart + column * geometry.columnStride
                let value = Double(values[index]) - mean
                variation += value * value
                if column + 1 < geometry.width {
                    alongRows += value * (Double(values[index + geometry.columnStride]) - mean)
                }
                if row + 1 < geometry.height {
                    alongColumns += value * (Double(values[index + geometry.rowStride]) - mean)
                }
            }
        }
    }

    private static func meanSquaredDifference(_ image: ArraySlice<Float>, lag: Int) -> Double {
        var sum = 0.0
        for index in image.startIndex..<image.endIndex - lag {
            let difference = Double(image[index]) - Double(image[index + lag])
            sum += difference * difference
        }
        return sum / Double(image.count - lag)
    }

    /// Correlation of pixels side by side and one above the other; `nil` where nothing varies.
    var correlations: (horizontal: Double, vertical: Double)? {
        variation > 0 ? (alongRows / variation, alongColumns / variation) : nil
    }

    /// Above 1 the data look as if channels alternated, below 1 as if they were planes; `nil` where it cannot be told.
    var interleaving: Double? {
        guard differenceOneWidth > 0, differenceAllChannels > 0 else { return nil }
        return differenceOneWidth / differenceAllChannels
    }
}
