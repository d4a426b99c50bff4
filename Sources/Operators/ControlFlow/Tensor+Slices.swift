import BitdepthGraphs
import BitdepthTensors

extension Tensor {
    /// Tensors of one shape laid along a new axis.
    ///
    /// - Parameter emptyType: The type of one of them, where there are none; unknown extents are taken as 0.
    init(stacking tensors: [Tensor], along axis: Int, emptyType: TensorType?) throws(BitdepthError) {
        guard let first = tensors.first else {
            let dimensions = emptyType?.shape.dimensions?.map { $0.value ?? 0 } ?? []
            var extents = dimensions
            extents.insert(0, at: try Shape.normalize(axis: axis, rank: dimensions.count + 1))
            try self.init(zeros: try Shape(extents), type: emptyType?.element ?? .float32)
            return
        }
        for tensor in tensors where tensor.shape != first.shape {
            throw BitdepthError(
                .shapeMismatch, "iterations gave values of shapes \(first.shape) and \(tensor.shape)")
        }
        let axis = try Shape.normalize(axis: axis, rank: first.shape.rank + 1)
        var extents = first.shape.dimensions
        extents.insert(tensors.count, at: axis)
        let joined = try Tensor(joining: tensors)
        guard axis > 0, joined.count > 0 else {
            self = try joined.reshaped(to: try Shape(extents))
            return
        }
        let outer = first.shape.count(of: 0..<axis)
        let inner = first.shape.count(of: axis..<first.shape.rank)
        var positions: [Int] = []
        positions.reserveCapacity(joined.count)
        for o in 0..<outer {
            for index in tensors.indices {
                let start = index * first.count + o * inner
                positions += start..<start + inner
            }
        }
        self = try joined.gathered(positions, shape: try Shape(extents))
    }

    /// The slice at `index` of `axis`, which falls away. Both must be inside the shape.
    func slice(at index: Int, of axis: Int) throws(BitdepthError) -> Tensor {
        var extents = shape.dimensions
        extents.remove(at: axis)
        let rest = try Shape(extents)
        let inner = shape.count(of: axis + 1..<shape.rank)
        if axis == 0, !type.isPacked {
            let bytes = type.bitWidth / 8 * inner
            return try withBytes { source throws(BitdepthError) in
                try Tensor(shape: rest, type: type) { buffer in
                    buffer.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source[index * bytes..<(index + 1) * bytes]))
                }
            }
        }
        let outer = shape.count(of: 0..<axis)
        var positions: [Int] = []
        positions.reserveCapacity(rest.count)
        for o in 0..<(rest.count > 0 ? outer : 0) {
            let start = (o * shape[axis] + index) * inner
            positions += start..<start + inner
        }
        return try gathered(positions, shape: rest)
    }
}
