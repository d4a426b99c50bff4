import BitdepthTensors

extension Image {
    /// The pixels with a batch axis: `[1, channels, height, width]` or `[1, height, width, channels]`.
    func tensor(_ layout: DataLayout) throws(BitdepthError) -> Tensor {
        let (height, width, channels) = (self.height, self.width, self.channels)
        let isInOrder = layout == .channelsLast || channels == 1
        let shape = try Shape(
            layout == .channelsLast ? [1, height, width, channels] : [1, channels, height, width])
        if isInOrder { return try pixels.reshaped(to: shape) }
        return try pixels.withBytes { source throws(BitdepthError) in
            try Tensor(shape: shape, type: .uint8) { target in
                let plane = height * width
                for channel in 0..<channels {
                    for pixel in 0..<plane { target[channel * plane + pixel] = source[pixel * channels + channel] }
                }
            }
        }
    }
}
