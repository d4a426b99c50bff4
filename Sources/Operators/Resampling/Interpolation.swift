import BitdepthTensors

/// The weights of the input elements about a position.
struct Interpolation {
    private let resize: Resize
    private let extent: Int
    /// At most 1: below 1 an antialiasing filter is as many times wider.
    private let filterScale: Double

    init(_ resize: Resize, scale: Double, extent: Int) {
        self.resize = resize
        self.extent = extent
        filterScale = resize.isAntialiased ? min(scale, 1) : 1
    }

    func weights(at position: Double) -> AxisResampling.Weights {
        // Positions far outside see nothing but the edge, wherever they are; this also keeps them convertible to Int.
        let position = position.isNaN ? 0 : min(max(position, -Double(2 * extent) - 4), Double(3 * extent) + 4)
        switch resize.mode {
        case .nearest: return AxisResampling.Weights(taps: [(inside(nearest(position)), 1)])
        case .linear: return weights(at: position, reach: 1) { max(0, 1 - abs($0)) }
        case .cubic: return weights(at: position, reach: 2, cubic)
        }
    }

    private func nearest(_ position: Double) -> Int {
        switch resize.nearestMode {
        case .roundPreferFloor: Int((position - 0.5).rounded(.up))
        case .roundPreferCeil: Int((position + 0.5).rounded(.down))
        case .floor: Int(position.rounded(.down))
        case .ceil: Int(position.rounded(.up))
        }
    }

    private func inside(_ index: Int) -> Int { min(max(index, 0), extent - 1) }

    /// - Parameter reach: How far the filter is not zero, in its own units.
    private func weights(at position: Double, reach: Double, _ filter: (Double) -> Double) -> AxisResampling.Weights {
        // No filter reaches further than all of the input on either side.
        let width = min(reach / filterScale, Double(4 * extent) + 8)
        let first = Int((position - width).rounded(.down)) + 1
        let last = Int((position + width).rounded(.up)) - 1
        var taps: [(index: Int, weight: Double)] = []
        var sum = 0.0
        for index in stride(from: first, through: last, by: 1) {
            let isInside = index >= 0 && index < extent
            if resize.excludesOutside, !isInside { continue }
            let weight = filter((Double(index) - position) * filterScale)
            sum += weight
            taps.append((inside(index), weight))
        }
        // Linear and cubic weights already have the sum 1, unless they were stretched or cut.
        if resize.excludesOutside || filterScale < 1, sum != 0 {
            for i in taps.indices { taps[i].weight /= sum }
        }
        return AxisResampling.Weights(taps: taps)
    }

    /// Keys 1981 (doi 10.1109/TASSP.1981.1163711), equation 4.
    private func cubic(_ distance: Double) -> Double {
        let a = Double(resize.cubicCoefficient)
        let x = abs(distance)
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
}
