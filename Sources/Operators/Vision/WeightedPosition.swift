/// An element, and how much it contributes to the value at a place between elements.
struct WeightedPosition {
    /// Along one axis, or flat over several.
    var position: Int
    var weight: Double

    /// The two elements about a coordinate, weighted by how near they are; elements outside of the axis are left out,
    /// as if they were zero. None where the coordinate is not a number.
    static func linear(at coordinate: Double, extent: Int) -> [WeightedPosition] {
        guard coordinate > -1, coordinate < Double(extent) else { return [] }
        let low = Int(coordinate.rounded(.down))
        let fraction = coordinate - Double(low)
        var taps: [WeightedPosition] = []
        if low >= 0 { taps.append(WeightedPosition(position: low, weight: 1 - fraction)) }
        if low + 1 < extent, fraction > 0 { taps.append(WeightedPosition(position: low + 1, weight: fraction)) }
        return taps
    }

    /// Flat positions over all axes, and the products of the axes' weights.
    ///
    /// - Parameters:
    ///   - axes: The elements that contribute along each axis.
    ///   - extents: The extents of the axes, outermost first.
    static func product(_ axes: [[WeightedPosition]], extents: [Int]) -> [WeightedPosition] {
        var taps = [WeightedPosition(position: 0, weight: 1)]
        for (axis, extent) in zip(axes, extents) {
            taps = taps.flatMap { tap in
                axis.map {
                    WeightedPosition(position: tap.position * extent + $0.position, weight: tap.weight * $0.weight)
                }
            }
        }
        return taps
    }
}
