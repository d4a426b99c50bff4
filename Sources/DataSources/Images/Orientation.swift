import BitdepthTensors

/// How a camera was held, as EXIF numbers it: what must be done to the stored rows to see the picture upright.
///
/// Source: Exif 2.32, tag 274 (Orientation).
enum Orientation: Int, CaseIterable {
    case upright = 1
    case mirrored, turnedAround, flipped, transposed, turnedRight, transverse, turnedLeft

    /// Whether rows become columns.
    private var swapsAxes: Bool { rawValue >= Orientation.transposed.rawValue }

    /// The image with its first row at the top and its first column at the left.
    func upright(_ image: Image) throws(BitdepthError) -> Image {
        guard self != .upright else { return image }
        let (height, width, channels) = (image.height, image.width, image.channels)
        let (rows, columns) = swapsAxes ? (width, height) : (height, width)
        return try image.mapped(height: rows, width: columns, channels: channels) { source, target in
            var position = 0
            for y in 0..<rows {
                for x in 0..<columns {
                    let (row, column) = stored(y, x, height: height, width: width)
                    let start = (row * width + column) * channels
                    for channel in 0..<channels { target[position + channel] = source[start + channel] }
                    position += channels
                }
            }
        }
    }

    /// Where the pixel of the upright picture at row `y` and column `x` is stored.
    private func stored(_ y: Int, _ x: Int, height: Int, width: Int) -> (row: Int, column: Int) {
        switch self {
        case .upright: (y, x)
        case .mirrored: (y, width - 1 - x)
        case .turnedAround: (height - 1 - y, width - 1 - x)
        case .flipped: (height - 1 - y, x)
        case .transposed: (x, y)
        case .turnedRight: (height - 1 - x, y)
        case .transverse: (height - 1 - x, width - 1 - y)
        case .turnedLeft: (x, width - 1 - y)
        }
    }
}
