import BitdepthTensors

/// Indices that may count from the end as indices that count from the start.
///
/// - Throws: ``BitdepthError/Code/valueOutOfRange`` for one outside of the extent.
func normalized(_ indices: [Int], extent: Int) throws(BitdepthError) -> [Int] {
    try indices.map { index throws(BitdepthError) in
        guard index >= -extent, index < extent else {
            throw BitdepthError(.valueOutOfRange, "index \(index) is outside of an extent of \(extent)")
        }
        return index < 0 ? index + extent : index
    }
}

/// Flat positions in a tensor of `shape` that lie at the places of the indices, moved along `axis` to the indices
/// (GatherElements, ScatterElements).
func elementPositions(_ indices: Tensor, in shape: Shape, axis: Int) throws(BitdepthError) -> [Int] {
    let axis = try shape.axis(axis)
    guard indices.shape.rank == shape.rank,
        zip(indices.shape.dimensions, shape.dimensions).enumerated().allSatisfy({ $0 == axis || $1.0 <= $1.1 })
    else {
        throw BitdepthError(.shapeMismatch, "indices of shape \(indices.shape) do not fit data of shape \(shape)")
    }
    let places = try normalized(try indices.integers(), extent: shape[axis])
    var strides = shape.strides
    let stride = strides[axis]
    strides[axis] = 0
    let bases = try indices.shape.positions(strides: strides)
    return zip(bases, places).map { $0 + $1 * stride }
}

/// Where the slices begin that the last axis of the indices names, and how many elements each has (GatherND, ScatterND).
///
/// The extents must have been checked: `batchDimensions` leading axes are shared, and the last axis is not longer than the
/// data has axes behind them.
func slicePositions(
    _ indices: Tensor, in shape: Shape, batchDimensions: Int
) throws(BitdepthError) -> (starts: [Int], block: Int) {
    let depth = indices.shape.dimensions.last ?? 0
    let strides = shape.strides
    let perBatch = indices.shape.count(of: batchDimensions..<max(indices.shape.rank - 1, batchDimensions))
    let batchStride = shape.count(of: batchDimensions..<shape.rank)
    let values = try indices.integers()
    var starts: [Int] = []
    for tuple in 0..<(depth > 0 ? values.count / depth : 0) {
        var position = tuple / max(perBatch, 1) * batchStride
        for level in 0..<depth {
            let axis = batchDimensions + level
            let index = values[tuple * depth + level]
            guard index >= -shape[axis], index < shape[axis] else {
                throw BitdepthError(.valueOutOfRange, "index \(index) is outside of an extent of \(shape[axis])")
            }
            position += (index < 0 ? index + shape[axis] : index) * strides[axis]
        }
        starts.append(position)
    }
    return (starts, shape.count(of: batchDimensions + depth..<shape.rank))
}
