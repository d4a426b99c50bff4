import BitdepthTensors

/// What one input's samples look like so far.
struct InputCheck {
    var specification: InputSpecification
    var hint: FirstLayerHint
    var values = ValueStatistics()
    var neighbours = NeighbourStatistics()
    var elements = 0
    /// The shape of a sample that is an image only if the channels lie where the model does not look for them.
    var swappedShape: Shape?
}

extension InputCheck {
    private var layout: DataLayout { hint.layout ?? specification.layout }

    mutating func observe(_ values: [Float], _ shape: Shape) {
        self.values.observe(values)
        elements = max(elements, values.count)
        guard shape.rank == 4 else { return }
        let asExpected = ImageGeometry(shape, layout: layout)
        let other = ImageGeometry(shape, layout: layout.other)
        let found = shape[layout.channelAxis(rank: 4)]
        if let channels = hint.channels ?? specification.channels(layout) {
            if found != channels, shape[layout.other.channelAxis(rank: 4)] == channels { swappedShape = shape }
        } else if asExpected == nil, other != nil {
            swappedShape = shape
        }
        if let geometry = swappedShape == nil ? asExpected : other { neighbours.observe(values, geometry) }
    }

    private var isImage: Bool { neighbours.images > 0 }

    func warnings(_ thresholds: DataCheck.Thresholds) -> [DataWarning] {
        guard values.count > 0 || values.notFiniteCount > 0 else { return [] }
        let name = specification.name
        var warnings: [DataWarning] = []
        if values.notFiniteCount > 0 { warnings.append(.notFinite(values.notFiniteCount, name)) }
        guard elements >= thresholds.fewestElements else { return warnings }
        if Double(values.constantSamples) > Double(values.samples) * thresholds.constantPart {
            warnings.append(.constant(values.constantSamples, of: values.samples, name))
        }
        if let swappedShape {
            warnings.append(.swapped(shape: swappedShape, layout: layout, name))
        } else if let ratio = neighbours.interleaving,
            (layout == .channelsFirst ? ratio : 1 / ratio) > thresholds.interleaving
        {
            warnings.append(.interleaved(layout == .channelsFirst ? ratio : 1 / ratio, layout: layout, name))
        }
        if let found = neighbours.correlations, abs(found.horizontal) < thresholds.noiseCorrelation,
            abs(found.vertical) < thresholds.noiseCorrelation
        {
            warnings.append(.noise(horizontal: found.horizontal, vertical: found.vertical, name))
        }
        if isUnscaled(thresholds) {
            warnings.append(.unscaled(values, name))
        } else if isImage, values.constantSamples < values.samples, values.deviation < thresholds.smallestDeviation {
            warnings.append(.scaledTwice(values, name))
        }
        return warnings
    }

    /// Bytes that nobody scaled are whole numbers; resized ones are not, but still positive and up to 255. Only images are
    /// judged by their range alone: counts and other whole numbers may be a flat input's natural values.
    private func isUnscaled(_ thresholds: DataCheck.Thresholds) -> Bool {
        guard !hint.scalesPixels, values.maximum > thresholds.largestScaled else { return false }
        if values.areAllIntegers {
            return isImage || values.minimum >= -128 && values.maximum <= 255 && values.maximum >= 100
        }
        return isImage && values.minimum >= 0 && values.maximum <= 256
    }
}

extension InputSpecification {
    /// The extent of the channel axis, where the model fixes it.
    fileprivate func channels(_ layout: DataLayout) -> Int? {
        guard let dimensions = shape.dimensions, dimensions.count == 4 else { return nil }
        return dimensions[layout.channelAxis(rank: 4)].value
    }
}
