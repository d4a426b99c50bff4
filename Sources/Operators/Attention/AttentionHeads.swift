import BitdepthTensors

/// The vectors of attention heads, `[batch, heads, length, size]` in row-major order.
struct AttentionHeads {
    let batch: Int
    let count: Int
    let length: Int
    let size: Int
    var values: [Double]

    /// Splits a packed tensor `[batch, length, heads · size]`, or takes one of four axes as it is.
    init(_ tensor: Tensor, heads: Int?, name: String) throws(BitdepthError) {
        let dimensions = try HeadDimensions(PartialShape(tensor.shape), heads: heads, name: name)
        guard let batch = dimensions.batch.value, let count = dimensions.heads.value,
            let length = dimensions.length.value, let size = dimensions.size.value
        else { throw BitdepthError(.internal, "\(name) has no concrete shape") }
        (self.batch, self.count, self.length, self.size) = (batch, count, length, size)
        // The walks below go over the vectors, which must be countable even where they are empty.
        try Shape([batch, count, length]).checkedForEvaluation()
        let values = try tensor.doubles()
        self.values =
            dimensions.isPacked == true
            ? AttentionHeads.swapped(values, batch, length, count, size) : values
    }

    /// Vectors that are zero.
    init(batch: Int, count: Int, length: Int, size: Int) throws(BitdepthError) {
        (self.batch, self.count, self.length, self.size) = (batch, count, length, size)
        values = try [Double](repeating: 0, filling: try Shape([batch, count, length, size]))
    }

    /// Where the vector of a position of a head begins.
    func position(_ batch: Int, _ head: Int, _ step: Int) -> Int { ((batch * count + head) * length + step) * size }

    /// These vectors with those of `past` before them along the sequence.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` where anything but the length differs.
    func joined(behind past: AttentionHeads) throws(BitdepthError) -> AttentionHeads {
        guard past.batch == batch, past.count == count, past.size == size else {
            throw BitdepthError(
                .shapeMismatch,
                "past heads [\(past.batch),\(past.count),\(past.length),\(past.size)] do not continue in [\(batch),\(count),\(length),\(size)]"
            )
        }
        var joined = try AttentionHeads(batch: batch, count: count, length: past.length + length, size: size)
        guard !joined.values.isEmpty else { return joined }
        joined.values.removeAll(keepingCapacity: true)
        for head in 0..<batch * count {
            joined.values += past.values[head * past.length * size..<(head + 1) * past.length * size]
            joined.values += values[head * length * size..<(head + 1) * length * size]
        }
        return joined
    }

    /// As a tensor of four axes, or with the heads side by side again.
    func tensor(_ type: ElementType, isPacked: Bool = false) throws(BitdepthError) -> Tensor {
        guard isPacked else {
            return try Tensor(reals: values, shape: try Shape([batch, count, length, size]), type: type)
        }
        let shape = try Shape([batch, length, count * size])
        return try Tensor(
            reals: AttentionHeads.swapped(values, batch, count, length, size), shape: shape, type: type)
    }

    /// `[batch, a, b, size]` as `[batch, b, a, size]`.
    private static func swapped(_ values: [Double], _ batch: Int, _ a: Int, _ b: Int, _ size: Int) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(values.count)
        guard !values.isEmpty else { return result }
        for n in 0..<batch {
            for j in 0..<b {
                for i in 0..<a {
                    let position = ((n * a + i) * b + j) * size
                    result += values[position..<position + size]
                }
            }
        }
        return result
    }
}
