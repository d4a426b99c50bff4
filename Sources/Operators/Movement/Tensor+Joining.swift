import BitdepthTensors

extension Tensor {
    /// The elements of several tensors of one type, one tensor behind the other, as a vector.
    init(joining tensors: [Tensor]) throws(BitdepthError) {
        guard let type = tensors.first?.type else { throw BitdepthError(.invalidGraph, "there are no tensors to join") }
        var count = 0
        for tensor in tensors {
            try requireSameType(type, tensor.type)
            count += tensor.count
        }
        let shape = try Shape([count]).checkedForEvaluation()
        if type.isPacked {
            var patterns: [UInt8] = []
            for tensor in tensors { patterns += try tensor.narrowPatterns() }
            try self.init(narrowPatterns: patterns, shape: shape, type: type)
            return
        }
        try self.init(shape: shape, type: type) { buffer throws(BitdepthError) in
            var rest = buffer
            for tensor in tensors where tensor.count > 0 {
                try tensor.withBytes { bytes in rest.copyMemory(from: bytes) }
                rest = UnsafeMutableRawBufferPointer(rebasing: rest[tensor.byteCount...])
            }
        }
    }
}

extension [Fact?] {
    /// The elements of an integer input where they are constant; `nil` where it is left out or not constant.
    func integers(_ index: Int) throws(BitdepthError) -> [Int]? { try optional(index)?.constant?.integers() }
}

/// As many unknown extents as an unknown vector of a known length gives: the shape input of Reshape, Expand, Tile.
func unknownDimensions(asManyAs fact: Fact) -> [Dimension]? {
    guard let count = fact.dimensions?.first?.value, fact.rank == 1, count <= Folding.largestCount else { return nil }
    return [Dimension](repeating: .unknown, count: count)
}
