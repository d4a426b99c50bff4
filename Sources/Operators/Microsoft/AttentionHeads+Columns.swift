import BitdepthTensors

extension AttentionHeads {
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` unless there are as many values as the extents say.
    init(batch: Int, count: Int, length: Int, size: Int, values: [Double]) throws(BitdepthError) {
        guard values.count == (try Shape([batch, count, length, size])).count else {
            throw BitdepthError(
                .shapeMismatch, "\(values.count) numbers are not \(batch) × \(count) × \(length) × \(size)")
        }
        (self.batch, self.count, self.length, self.size) = (batch, count, length, size)
        self.values = values
    }

    /// Columns of rows `[batch, length, width]`, head beside head.
    ///
    /// - Parameters:
    ///   - columns: Those of all heads.
    ///   - bias: One number for each of those columns.
    init(
        rows: [Double], _ shape: Shape, columns: Range<Int>, heads: Int, bias: [Double]? = nil
    ) throws(BitdepthError) {
        guard shape.rank == 3, heads > 0, columns.count % heads == 0, columns.upperBound <= shape[2],
            bias == nil || bias?.count == columns.count, rows.count == shape.count
        else {
            throw BitdepthError(
                .shapeMismatch, "columns \(columns) of rows \(shape) with their biases are not those of \(heads) heads")
        }
        let (batch, length, width, size) = (shape[0], shape[1], shape[2], columns.count / heads)
        // The walk below goes over the vectors, which must be countable even where they are empty.
        try Shape([batch, heads, length]).checkedForEvaluation()
        var values: [Double] = []
        values.reserveCapacity(try Shape([batch, heads, length, size]).checkedForEvaluation().count)
        for b in 0..<batch {
            for n in 0..<heads {
                for s in 0..<length {
                    let row = (b * length + s) * width + columns.lowerBound
                    for h in n * size..<(n + 1) * size { values.append(rows[row + h] + (bias?[h] ?? 0)) }
                }
            }
        }
        try self.init(batch: batch, count: heads, length: length, size: size, values: values)
    }

    /// All columns of a tensor `[batch, length, heads · size]`.
    init(_ tensor: Tensor, heads: Int, bias: [Double]?, name: String) throws(BitdepthError) {
        try tensor.requireRank(3, name)
        try self.init(
            rows: try tensor.doubles(), tensor.shape, columns: 0..<tensor.shape[2], heads: heads, bias: bias)
    }
}
