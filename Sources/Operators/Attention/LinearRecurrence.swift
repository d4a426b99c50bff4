import BitdepthTensors

/// The recurrence of linear attention: a state `[dk, dv]` per sample and head, renewed step by step.
struct LinearRecurrence {
    private let query: AttentionHeads
    private let key: AttentionHeads
    private let value: AttentionHeads
    private let past: [Double]
    /// `[batch, heads, dk, dv]`
    let stateShape: Shape
    /// Logarithms of what the state is multiplied by, one per row of it or one for all.
    var decay: AttentionHeads?
    /// How much of what the state lacks is written to it; `nil` writes the value itself.
    var beta: AttentionHeads?

    init(
        query: AttentionHeads, key: AttentionHeads, value: AttentionHeads, past: Tensor?
    ) throws(BitdepthError) {
        guard query.batch == key.batch, key.batch == value.batch, query.length == key.length,
            key.length == value.length, query.size == key.size
        else { throw BitdepthError(.shapeMismatch, "query, key and value differ in batch, length or size") }
        (self.query, self.key, self.value) = (query, key, value)
        stateShape = try Shape([key.batch, key.count, key.size, value.size]).checkedForEvaluation()
        if let past, past.shape != stateShape {
            throw BitdepthError(.shapeMismatch, "past_state has shape \(past.shape); it must be \(stateShape)")
        }
        if let past {
            self.past = try past.doubles()
        } else {
            self.past = try [Double](repeating: 0, filling: stateShape)
        }
    }

    /// The outputs of all steps, and the state behind the last one.
    ///
    /// - Parameter scale: 1/√dk where `nil`.
    func run(scale: Double?) throws(BitdepthError) -> (output: AttentionHeads, state: [Double]) {
        try check(decay, "decay", sizes: [1, key.size], heads: [key.count])
        try check(beta, "beta", sizes: [1], heads: [1, key.count])
        let scale = scale ?? 1 / Double(key.size).squareRoot()
        var output = try AttentionHeads(
            batch: query.batch, count: query.count, length: query.length, size: value.size)
        var states = past
        let count = key.size * value.size
        guard count > 0 else { return (output, states) }
        let sharing = query.count / key.count
        for batch in 0..<key.batch {
            for head in 0..<key.count {
                let place = (batch * key.count + head) * count
                var state = Array(states[place..<place + count])
                for step in 0..<key.length {
                    advance(&state, batch, head, step)
                    for reader in head * sharing..<(head + 1) * sharing {
                        let position = output.position(batch, reader, step)
                        let read = read(state, query.values, query.position(batch, reader, step))
                        output.values.replaceSubrange(
                            position..<position + value.size, with: read.map { $0 * scale })
                    }
                }
                states.replaceSubrange(place..<place + count, with: state)
            }
        }
        return (output, states)
    }

    private func check(
        _ heads: AttentionHeads?, _ name: String, sizes: [Int], heads counts: [Int]
    ) throws(BitdepthError) {
        guard let heads else { return }
        guard heads.batch == key.batch, heads.length == key.length, sizes.contains(heads.size),
            counts.contains(heads.count)
        else { throw BitdepthError(.shapeMismatch, "\(name) does not fit \(key.count) heads of \(key.size) numbers") }
    }

    private func advance(_ state: inout [Double], _ batch: Int, _ head: Int, _ step: Int) {
        let width = value.size
        let keys = key.position(batch, head, step)
        if let decay {
            let position = decay.position(batch, head, step)
            for row in 0..<key.size {
                let factor = RealFunctions.exp(decay.values[position + (decay.size == 1 ? 0 : row)])
                for column in 0..<width { state[row * width + column] *= factor }
            }
        }
        let values = value.position(batch, head, step)
        var written = Array(value.values[values..<values + width])
        if let beta {
            let rate = beta.values[beta.position(batch, beta.count == 1 ? 0 : head, step)]
            for (column, known) in read(state, key.values, keys).enumerated() {
                written[column] = rate * (written[column] - known)
            }
        }
        for row in 0..<key.size {
            for column in 0..<width { state[row * width + column] += key.values[keys + row] * written[column] }
        }
    }

    /// Sᵀ · x for the vector that begins at a position.
    private func read(_ state: [Double], _ x: [Double], _ position: Int) -> [Double] {
        var result = [Double](repeating: 0, count: value.size)
        for row in 0..<key.size {
            for column in 0..<value.size { result[column] += state[row * value.size + column] * x[position + row] }
        }
        return result
    }
}
