import BitdepthTensors

/// The weights of one direction of a recurrent layer; the rows of each gate are one behind the other.
struct RecurrentWeights {
    let hiddenSize: Int
    let inputSize: Int
    /// `[gates · hidden, input]`
    private let input: ArraySlice<Double>
    /// `[gates · hidden, hidden]`
    private let recurrence: ArraySlice<Double>
    /// `[gates · hidden]`, or empty.
    private let inputBias: ArraySlice<Double>
    private let recurrenceBias: ArraySlice<Double>

    /// The weights of all directions from W `[D, gates · H, I]`, R `[D, gates · H, H]` and B `[D, 2 · gates · H]`.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` where the shapes do not fit together.
    static func all(
        directions: Int, gates: Int, hidden: Int, input: Int, _ w: Tensor, _ r: Tensor, _ b: Tensor?
    ) throws(BitdepthError) -> [RecurrentWeights] {
        let rows = gates * hidden
        try w.requireShape([directions, rows, input], "W")
        try r.requireShape([directions, rows, hidden], "R")
        try b?.requireShape([directions, 2 * rows], "B")
        let (w, r, b) = (try w.doubles(), try r.doubles(), try b?.doubles() ?? [])
        return (0..<directions).map { direction in
            let bias = b[..<min(b.count, (direction + 1) * 2 * rows)].dropFirst(direction * 2 * rows)
            return RecurrentWeights(
                hiddenSize: hidden, inputSize: input,
                input: w[direction * rows * input..<(direction + 1) * rows * input],
                recurrence: r[direction * rows * hidden..<(direction + 1) * rows * hidden],
                inputBias: bias.prefix(rows), recurrenceBias: bias.dropFirst(rows))
        }
    }

    /// x · Wᵀ + Wb for all gates.
    func ofInput(_ x: ArraySlice<Double>) -> [Double] {
        RecurrentWeights.rows(0..<input.count / max(inputSize, 1), of: input, times: x, bias: inputBias)
    }

    /// h · Rᵀ + Rb for some gates.
    func ofState(_ h: [Double], gates: Range<Int>) -> [Double] {
        RecurrentWeights.rows(
            gates.lowerBound * hiddenSize..<gates.upperBound * hiddenSize, of: recurrence, times: h[...],
            bias: recurrenceBias)
    }

    private static func rows(
        _ rows: Range<Int>, of matrix: ArraySlice<Double>, times vector: ArraySlice<Double>, bias: ArraySlice<Double>
    ) -> [Double] {
        rows.map { row in
            var sum = bias.isEmpty ? 0 : bias[bias.startIndex + row]
            var position = matrix.startIndex + row * vector.count
            for value in vector {
                sum += matrix[position] * value
                position += 1
            }
            return sum
        }
    }
}
