import BitdepthTensors

/// Flat positions in a tensor that a grid of coordinates reads, in row-major order of the grid: every sum of one offset per axis.
///
/// All data movement is said this way: which position of its input does each element of the output come from. Transposing
/// permutes the offsets, slicing starts and steps them, broadcasting repeats 0.
///
/// - Parameter offsets: For each axis of the grid, the offset in elements that each coordinate adds.
/// - Throws: ``BitdepthError/Code/limitExceeded``.
func gridPositions(_ offsets: [[Int]]) throws(BitdepthError) -> [Int] {
    let shape = try Shape(offsets.map(\.count)).checkedForEvaluation()
    guard shape.count > 0 else { return [] }
    var positions = [0]
    for axisOffsets in offsets {
        var finer: [Int] = []
        finer.reserveCapacity(positions.count * axisOffsets.count)
        for base in positions {
            for offset in axisOffsets { finer.append(base + offset) }
        }
        positions = finer
    }
    return positions
}

extension Shape {
    /// For each axis, the offset that each of its coordinates adds to a flat position; no offsets in an empty shape, whose
    /// other extents may be of any size.
    var axisOffsets: [[Int]] {
        if count == 0 { return [[Int]](repeating: [], count: rank) }
        return zip(dimensions, strides).map { extent, stride in (0..<extent).map { $0 * stride } }
    }

    /// Positions of this shape's elements in a tensor with other strides.
    func positions(strides: [Int]) throws(BitdepthError) -> [Int] {
        try checkedForEvaluation()
        guard count > 0 else { return [] }
        return try gridPositions(zip(dimensions, strides).map { extent, stride in (0..<extent).map { $0 * stride } })
    }
}
