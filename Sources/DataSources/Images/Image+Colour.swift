import BitdepthTensors

/// The colours that a model reads.
public enum ImageColour: String, Sendable, Hashable, CaseIterable {
    case gray, rgb, bgr

    /// How many channels an image of these colours has.
    public var channels: Int { self == .gray ? 1 : 3 }
}

extension Image {
    private var hasAlpha: Bool { channels == 2 || channels == 4 }

    /// The image in the colours of a model, without alpha.
    ///
    /// - Parameter background: What shows where the image is transparent, one number or one for R, G and B; alpha is dropped
    ///   without it.
    func colours(_ colour: ImageColour, over background: [UInt8]?) throws(BitdepthError) -> Image {
        let opaque = hasAlpha ? try withoutAlpha(over: background) : self
        return switch (colour, opaque.channels) {
        case (.gray, 1), (.rgb, 3): opaque
        case (.gray, _): try opaque.luma()
        case (_, 1): try opaque.reordered([0, 0, 0])
        default: try opaque.reordered([2, 1, 0])
        }
    }

    /// `colour · alpha / 255 + background · (255 - alpha) / 255`, rounded once to the nearest.
    private func withoutAlpha(over background: [UInt8]?) throws(BitdepthError) -> Image {
        guard let background, !background.isEmpty else { return try reordered(Array(0..<channels - 1)) }
        // A coloured background makes a gray image a coloured one.
        let isGray = channels == 2 && Set(background).count == 1
        let channels = self.channels
        let kept = isGray ? 1 : 3
        return try mapped(height: height, width: width, channels: kept) { source, target in
            for pixel in 0..<source.count / channels {
                let start = pixel * channels
                let alpha = Int(source[start + channels - 1])
                for channel in 0..<kept {
                    let front = Int(source[start + (channels == 2 ? 0 : channel)])
                    let back = Int(background[channel < background.count ? channel : 0])
                    target[pixel * kept + channel] = UInt8((front * alpha + back * (255 - alpha) + 127) / 255)
                }
            }
        }
    }

    /// The brightness of an RGB image: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) in 16-bit fixed point, rounded, as in Pillow.
    private func luma() throws(BitdepthError) -> Image {
        try mapped(height: height, width: width, channels: 1) { source, target in
            for pixel in target.indices {
                let (red, green, blue) = (source[pixel * 3], source[pixel * 3 + 1], source[pixel * 3 + 2])
                let sum = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471 + 0x8000
                target[pixel] = UInt8(sum >> 16)
            }
        }
    }

    /// Every pixel's channels taken by number.
    private func reordered(_ order: [Int]) throws(BitdepthError) -> Image {
        let channels = self.channels
        return try mapped(height: height, width: width, channels: order.count) { source, target in
            for pixel in 0..<source.count / channels {
                for (position, channel) in order.enumerated() {
                    target[pixel * order.count + position] = source[pixel * channels + channel]
                }
            }
        }
    }
}
