import BitdepthTensors

extension Tensor {
    /// The tensor with its axes in another order: axis `i` of the result is axis `order[i]` of this one.
    ///
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` when `order` is no permutation of the axes;
    ///   ``BitdepthError/Code/typeMismatch`` for packed types.
    public func transposed(_ order: [Int]) throws(BitdepthError) -> Tensor {
        guard order.sorted() == Array(0..<shape.rank) else {
            throw BitdepthError(.valueOutOfRange, "\(order) is no order of the \(shape.rank) axes of \(shape)")
        }
        guard !type.isPacked else {
            throw BitdepthError(.typeMismatch, "packed elements of type \(type.shortName) cannot be reordered")
        }
        let result = try Shape(order.map { shape[$0] })
        let strides = order.map { shape.strides[$0] }
        return try withBytes { source throws(BitdepthError) in
            try Tensor(shape: result, type: type) { target in
                switch type.bitWidth {
                case 8: Tensor.gather(source, target, as: UInt8.self, result.dimensions, strides)
                case 16: Tensor.gather(source, target, as: UInt16.self, result.dimensions, strides)
                case 32: Tensor.gather(source, target, as: UInt32.self, result.dimensions, strides)
                default: Tensor.gather(source, target, as: UInt64.self, result.dimensions, strides)
                }
            }
        }
    }

    /// Fills `target` in row-major order from elements of `source` that lie `strides` apart.
    private static func gather<Element: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, as type: Element.Type,
        _ dimensions: [Int],
        _ strides: [Int]
    ) {
        let from = source.assumingMemoryBound(to: Element.self)
        let to = target.assumingMemoryBound(to: Element.self)
        guard let innermost = dimensions.last, let innerStride = strides.last, !to.isEmpty else {
            to.update(from: from)
            return
        }
        var index = [Int](repeating: 0, count: dimensions.count)
        var start = 0
        for row in stride(from: 0, to: to.count, by: innermost) {
            for column in 0..<innermost { to[row + column] = from[start + column * innerStride] }
            var axis = dimensions.count - 2
            while axis >= 0 {
                index[axis] += 1
                start += strides[axis]
                if index[axis] < dimensions[axis] { break }
                start -= strides[axis] * dimensions[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }
}

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
    fileprivate func update(from source: UnsafeBufferPointer<Element>) {
        for index in 0..<Swift.min(count, source.count) { self[index] = source[index] }
    }
}
