import BitdepthTensors

/// Where the keys and values of each batch lie in the cache of GroupQueryAttention.
struct KeyCache {
    /// Rows of the cache that comes out.
    let total: Int
    /// Tokens of each batch, former ones included.
    let counts: [Int]
    /// Queries of each batch that are no padding.
    let valid: [Int]
    /// The position of the first query of each batch.
    let first: [Int]
    /// Whether nothing was before this call.
    let isFirst: Bool

    init(_ inputs: [Tensor?], batches: Int, length: Int) throws(BitdepthError) {
        let largest = try inputs.required(6, "total_sequence_length").integer("total_sequence_length")
        let past = inputs.optional(3)?.shape.dimensions.dropFirst(2).first ?? 0
        guard largest >= 0, largest <= Window.largestValue else {
            throw BitdepthError(.valueOutOfRange, "total_sequence_length is \(largest)")
        }
        let total = max(past, largest)
        let ends = try inputs.required(5, "seqlens_k")
        let counts = try ends.integers().map { $0 &+ 1 }
        guard counts.count == batches, counts.allSatisfy({ $0 >= 0 && $0 <= total }) else {
            throw BitdepthError(.valueOutOfRange, "seqlens_k of \(ends) do not fit \(batches) batches of \(total) keys")
        }
        // The first call of all may be padded; later ones may not, unless their valid queries are told.
        let valid =
            try inputs.optional(16)?.integers() ?? counts.map { min(length, $0) }
        guard valid.count == batches,
            zip(valid, counts).allSatisfy({ $0 >= 0 && $0 <= length && $0 <= $1 && $1 - $0 <= past })
        else {
            throw BitdepthError(
                .valueOutOfRange, "\(valid) new tokens of \(counts) do not fit \(length) queries and a past of \(past)")
        }
        self.total = total
        self.counts = counts
        self.valid = valid
        first = zip(counts, valid).map { $0 - $1 }
        isFirst = largest == length && inputs.optional(16) == nil
    }

    /// Former vectors, then the valid ones of this call, then zeros: `[B, Nkv, total, H]`.
    func joined(_ past: AttentionHeads?, _ new: AttentionHeads) throws(BitdepthError) -> AttentionHeads {
        if let past {
            guard past.batch == new.batch, past.count == new.count, past.size == new.size,
                first.allSatisfy({ $0 <= past.length })
            else {
                throw BitdepthError(
                    .shapeMismatch,
                    "a past of \(past.count) heads of \(past.size) does not fit \(new.count) heads of \(new.size)")
            }
        }
        guard new.batch == valid.count, valid.allSatisfy({ $0 <= new.length }) else {
            throw BitdepthError(
                .shapeMismatch, "\(new.batch) batches of \(new.length) keys do not fit new tokens \(valid)")
        }
        var result = try AttentionHeads(batch: new.batch, count: new.count, length: total, size: new.size)
        for b in 0..<new.batch {
            for n in 0..<new.count {
                if let past { result.copy(past, b, n, count: first[b], to: 0) }
                result.copy(new, b, n, count: valid[b], to: first[b])
            }
        }
        return result
    }
}

extension AttentionHeads {
    /// Copies the first vectors of a head to `step` and behind.
    fileprivate mutating func copy(_ source: AttentionHeads, _ batch: Int, _ head: Int, count: Int, to step: Int) {
        let from = source.position(batch, head, 0)
        let to = position(batch, head, step)
        for i in 0..<count * size { values[to + i] = source.values[from + i] }
    }
}
