import BitdepthGraphs

/// Images of few channels, plane by plane as networks are fed with them, whose codes a convolution wants channels last and
/// with a border.
struct PlanarImage {
    let bordered: BorderedImage

    /// `nil` where a view lies otherwise, or has more channels than the kernel takes.
    init?(_ view: View, _ border: Border) {
        let extents = view.shape.dimensions
        guard view.layout == .plain, extents.count == 4, 1...PlanarImage.mostChannels ~= extents[1] else { return nil }
        bordered = BorderedImage(
            images: extents[0], height: extents[2], width: extents[3], channels: extents[1], elementBytes: 1,
            border: border)
    }

    private static let mostChannels = 4
}
