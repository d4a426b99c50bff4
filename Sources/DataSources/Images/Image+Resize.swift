import BitdepthTensors
import CBitdepthImages

extension Image {
    /// Pixels that an image may have while it is worked on; narrow images become huge when their shorter side grows.
    static let mostPixels = 1 << 28

    /// The image in another size: first its rows, then its columns are resampled, each time rounded to 8 bits, bit for bit as
    /// Pillow 12's `Image.resize` does it. (Pillow 13 takes the columns first where that is less work, which rounds otherwise.)
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded`` for more than 2²⁸ pixels.
    public func resized(height: Int, width: Int, _ filter: ResampleFilter) throws(BitdepthError) -> Image {
        let (pixels, overflow) = max(height, self.height).multipliedReportingOverflow(by: width)
        guard height > 0, width > 0, !overflow, pixels <= Image.mostPixels else {
            throw BitdepthError(
                .limitExceeded,
                "an image of \(size) cannot be resized to \(width)×\(height): the limit is \(Image.mostPixels) pixels")
        }
        // Pillow's exception for strips.
        if self.height > 100 * self.width, height < self.height {
            return try resampledColumns(height, filter).resampledRows(width, filter)
        }
        return try resampledRows(width, filter).resampledColumns(height, filter)
    }

    private func resampledRows(_ width: Int, _ filter: ResampleFilter) throws(BitdepthError) -> Image {
        guard width != self.width else { return self }
        let weights = ResampleWeights(from: self.width, to: width, filter)
        return try mapped(height: height, width: width, channels: channels) { source, target in
            weights.withTable {
                bd_resample_rows(
                    source.bindMemory(to: UInt8.self).baseAddress, height, self.width, channels, $0,
                    target.bindMemory(to: UInt8.self).baseAddress)
            }
        }
    }

    private func resampledColumns(_ height: Int, _ filter: ResampleFilter) throws(BitdepthError) -> Image {
        guard height != self.height else { return self }
        let weights = ResampleWeights(from: self.height, to: height, filter)
        return try mapped(height: height, width: width, channels: channels) { source, target in
            weights.withTable {
                bd_resample_columns(
                    source.bindMemory(to: UInt8.self).baseAddress, width * channels, $0,
                    target.bindMemory(to: UInt8.self).baseAddress)
            }
        }
    }
}
