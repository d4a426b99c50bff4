import BitdepthTensors

extension Tensor {
    /// The part of the tensor with these indices along its first axis; it stays in the file if the tensor does.
    ///
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` when there are not as many; ``BitdepthError/Code/typeMismatch`` for packed
    ///   types, whose rows may begin inside a byte.
    public func rows(_ range: Range<Int>) throws(BitdepthError) -> Tensor {
        guard let extent = shape.dimensions.first, range.lowerBound >= 0, range.upperBound <= extent else {
            throw BitdepthError(
                .valueOutOfRange, "rows \(range.lowerBound) ..< \(range.upperBound) of a tensor of shape \(shape)")
        }
        guard !type.isPacked else {
            throw BitdepthError(.typeMismatch, "rows of packed elements of type \(type.shortName) cannot be taken")
        }
        let part = try Shape([range.count] + shape.dimensions.dropFirst())
        let rowBytes = extent == 0 ? 0 : byteCount / extent
        let start = range.lowerBound * rowBytes
        let count = range.count * rowBytes
        if let region {
            let rows = try FileRegion(file: region.file, offset: region.offset + UInt64(start), count: count)
            return try Tensor(region: rows, shape: part, type: type)
        }
        return try withBytes { bytes throws(BitdepthError) in
            try Tensor(shape: part, type: type) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
        }
    }
}
