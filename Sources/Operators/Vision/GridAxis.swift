/// How GridSample reads one spatial axis: from a normalized coordinate, in which the axis reaches from -1 to 1, to
/// the elements that contribute to the value there.
struct GridAxis {
    let extent: Int
    let sample: GridSample
    /// Whether coordinates are FP64.
    let isWide: Bool

    func taps(at normalized: Double) -> [WeightedPosition] {
        var coordinate = isWide ? element(normalized) : Double(element(Float(normalized)))
        // What is no number lies far outside.
        if coordinate.isNaN { coordinate = -.infinity }
        if sample.mode == .nearest { coordinate = coordinate.rounded(.toNearestOrEven) }
        coordinate = settled(coordinate)
        let first = Int(coordinate.rounded(.down))
        let fraction = coordinate - Double(first)
        return weights(fraction).compactMap { offset, weight in
            inside(first + offset).map { WeightedPosition(position: $0, weight: weight) }
        }
    }

    /// The coordinate in elements. In the grid's own precision: half a step decides which element is nearest.
    private func element<Real: BinaryFloatingPoint>(_ normalized: Real) -> Real {
        let extent = Real(self.extent)
        return sample.alignsCorners ? (normalized + 1) / 2 * (extent - 1) : ((normalized + 1) * extent - 1) / 2
    }

    /// Where the axis begins and ends: at the centers of its outermost elements, or at their edges.
    private var lowest: Double { sample.alignsCorners ? 0 : -0.5 }
    private var highest: Double { Double(extent - 1) - lowest }

    /// The coordinate brought into the axis, or at least near it: elements far outside are as good as any others. The
    /// border is padded element by element, as PyTorch and ONNX Runtime do it; the specification leaves it open.
    private func settled(_ coordinate: Double) -> Double {
        if sample.padding != .reflection { return min(max(coordinate, -4), Double(extent) + 4) }
        return coordinate < lowest || coordinate > highest ? reflected(coordinate) : coordinate
    }

    /// The element that stands at an index; `nil` for zero.
    private func inside(_ index: Int) -> Int? {
        if index >= 0, index < extent { return index }
        switch sample.padding {
        case .zeros: return nil
        case .border: return min(max(index, 0), extent - 1)
        case .reflection: return min(max(Int(reflected(Double(index))), 0), extent - 1)
        }
    }

    /// A coordinate outside of the axis mirrored at its ends until it is inside.
    private func reflected(_ coordinate: Double) -> Double {
        let range = highest - lowest
        guard range > 0, coordinate.isFinite else { return lowest }
        let distance = abs(coordinate - lowest).truncatingRemainder(dividingBy: 2 * range)
        return lowest + min(distance, 2 * range - distance)
    }

    /// Weights of the elements about a place that is `fraction` behind the element of offset 0.
    private func weights(_ fraction: Double) -> [(offset: Int, weight: Double)] {
        switch sample.mode {
        case .nearest: [(0, 1)]
        case .linear: fraction == 0 ? [(0, 1)] : [(0, 1 - fraction), (1, fraction)]
        case .cubic: (-1...2).map { ($0, GridAxis.cubic(abs(Double($0) - fraction))) }
        }
    }

    /// Keys 1981 (doi 10.1109/TASSP.1981.1163711), equation 4, with the coefficient that the specification's
    /// reference has.
    private static func cubic(_ x: Double) -> Double {
        let a = -0.75
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    }
}
