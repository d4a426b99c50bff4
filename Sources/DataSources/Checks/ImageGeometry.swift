import BitdepthTensors

/// A tensor read as a batch of images: extents, and how far neighbours lie apart in its elements.
struct ImageGeometry {
    var batch, channels, height, width: Int
    var channelStride, rowStride, columnStride: Int

    private static let smallestExtent = 8

    /// - Returns: `nil` unless the tensor has four axes, 1 ... 4 channels where `layout` has them, and enough rows and columns.
    init?(_ shape: Shape, layout: DataLayout) {
        guard shape.rank == 4 else { return nil }
        batch = shape[0]
        switch layout {
        case .channelsFirst:
            (channels, height, width) = (shape[1], shape[2], shape[3])
            (channelStride, rowStride, columnStride) = (height * width, width, 1)
        case .channelsLast:
            (height, width, channels) = (shape[1], shape[2], shape[3])
            (channelStride, rowStride, columnStride) = (1, width * channels, channels)
        }
        guard DataLayout.imageChannels.contains(channels), height >= ImageGeometry.smallestExtent,
            width >= ImageGeometry.smallestExtent
        else { return nil }
    }

    var imageCount: Int { channels * height * width }
}
