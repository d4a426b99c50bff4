import BitdepthTensors

extension Image {
    /// The part that begins at a row and a column. The part must lie inside of the image.
    func part(top: Int, left: Int, height: Int, width: Int) throws(BitdepthError) -> Image {
        guard top >= 0, left >= 0, height > 0, width > 0, top + height <= self.height, left + width <= self.width else {
            throw BitdepthError(
                .badPreprocessing, "a crop of \(width)×\(height) does not lie in an image of \(size)")
        }
        let (rowBytes, partBytes) = (self.width * channels, width * channels)
        return try mapped(height: height, width: width, channels: channels) { source, target in
            for y in 0..<height {
                let start = (top + y) * rowBytes + left * channels
                UnsafeMutableRawBufferPointer(rebasing: target[y * partBytes..<(y + 1) * partBytes])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + partBytes]))
            }
        }
    }

    /// The part in the middle; where the margins are odd, halves are rounded to even, as in torchvision's `CenterCrop`.
    func centre(height: Int, width: Int) throws(BitdepthError) -> Image {
        if height == self.height, width == self.width { return self }
        let top = Int((Double(self.height - height) / 2).rounded(.toNearestOrEven))
        let left = Int((Double(self.width - width) / 2).rounded(.toNearestOrEven))
        return try part(top: top, left: left, height: height, width: width)
    }

    /// The middle `fraction` of each extent; the margins are rounded down, as in TensorFlow's `central_crop`.
    func centre(fraction: Double) throws(BitdepthError) -> Image {
        func margin(_ extent: Int) -> Int { Int((Double(extent) - Double(extent) * fraction) / 2) }
        let (top, left) = (margin(height), margin(width))
        return try part(top: top, left: left, height: height - 2 * top, width: width - 2 * left)
    }

    /// A larger image, all of one value where this one does not cover it.
    func padded(top: Int, left: Int, height: Int, width: Int, value: UInt8) throws(BitdepthError) -> Image {
        if height == self.height, width == self.width { return self }
        let (rows, rowBytes, wideBytes) = (self.height, self.width * channels, width * channels)
        return try mapped(height: height, width: width, channels: channels) { source, target in
            target.initializeMemory(as: UInt8.self, repeating: value)
            for y in 0..<rows where top + y >= 0 && top + y < height {
                let start = (top + y) * wideBytes + left * channels
                UnsafeMutableRawBufferPointer(rebasing: target[start..<start + rowBytes])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[y * rowBytes..<(y + 1) * rowBytes]))
            }
        }
    }

    /// `width×height`, for messages.
    var size: String { "\(width)×\(height)" }
}
