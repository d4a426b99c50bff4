import BitdepthTensors

/// The way of a recurrent layer through its sequences: direction by direction, sequence by sequence, step by step.
///
/// Inputs 0 … 4 are X `[T, B, I]`, W, R, B and the sequences' lengths `[B]`, the same for all cells.
struct RecurrentWalk {
    /// What a cell has at one step of one sequence.
    struct Step {
        let direction: Int
        let weights: RecurrentWeights
        let activations: [RecurrentActivation]
        /// x · Wᵀ + Wb, gate by gate.
        let fromInput: [Double]
    }

    let layer: RecurrentLayer
    let steps: Int
    let batch: Int
    let hiddenSize: Int
    private let type: ElementType
    private let x: [Double]
    private let weights: [RecurrentWeights]
    /// How many steps each sequence of the batch has.
    private let lengths: [Int]

    /// - Throws: ``BitdepthError/Code/shapeMismatch``, ``BitdepthError/Code/typeMismatch``;
    ///   ``BitdepthError/Code/valueOutOfRange`` for lengths that the sequences do not have.
    init(_ layer: RecurrentLayer, gates: Int, _ inputs: [Tensor?]) throws(BitdepthError) {
        let x = try inputs.required(0, "X")
        let w = try inputs.required(1, "W")
        let r = try inputs.required(2, "R")
        try requireSameType(x.type, w.type)
        try requireSameType(x.type, r.type)
        guard x.shape.rank == 3, r.shape.rank == 3 else {
            throw BitdepthError(.shapeMismatch, "X has shape \(x.shape) and R \(r.shape); both must have three axes")
        }
        self.layer = layer
        steps = x.shape[layer.isBatchFirst ? 1 : 0]
        batch = x.shape[layer.isBatchFirst ? 0 : 1]
        hiddenSize = r.shape[2]
        guard hiddenSize > 0, layer.hiddenSize ?? hiddenSize == hiddenSize else {
            throw BitdepthError(.shapeMismatch, "R has shape \(r.shape), which is not that of the layer's hidden size")
        }
        type = x.type
        weights = try RecurrentWeights.all(
            directions: layer.directionCount, gates: gates, hidden: hiddenSize, input: x.shape[2], w, r,
            inputs.optional(3))
        lengths = try RecurrentWalk.lengths(inputs.optional(4), steps: steps, batch: batch)
        self.x = try x.doubles()
    }

    private static func lengths(_ given: Tensor?, steps: Int, batch: Int) throws(BitdepthError) -> [Int] {
        guard let given else {
            return try [Int](repeating: steps, filling: try Shape([batch]))
        }
        try given.requireShape([batch], "sequence_lens")
        let lengths = try given.integers()
        if let wrong = lengths.first(where: { $0 < 0 || $0 > steps }) {
            throw BitdepthError(.valueOutOfRange, "a sequence of \(steps) steps cannot have length \(wrong)")
        }
        return lengths
    }

    /// Y and the last states, for states that begin at `initial` (zero where left out), the hidden state first.
    ///
    /// - Parameter step: Replaces the states of one sequence, each `[H]`, by those of the next step.
    func run(
        from initial: [Tensor?], _ step: (Step, inout [[Double]]) -> Void
    ) throws(BitdepthError) -> [Tensor] {
        let directions = layer.directionCount
        let shape = try Shape(
            layer.isBatchFirst
                ? [batch, steps, directions, hiddenSize] : [steps, directions, batch, hiddenSize])
        let stateShape = try Shape(
            layer.isBatchFirst ? [batch, directions, hiddenSize] : [directions, batch, hiddenSize])
        var y = try [Double](repeating: 0, filling: shape)
        var states: [[Double]] = []
        for tensor in initial { states.append(try values(tensor, stateShape)) }
        for direction in 0..<directions {
            for sequence in 0..<batch {
                let place = statePosition(direction, sequence)
                var state = states.map { Array($0[place..<place + hiddenSize]) }
                // A sequence without steps has no last state: zeros, as in ONNX Runtime.
                if lengths[sequence] == 0 { state = state.map { $0.map { _ in 0 } } }
                for time in times(direction, sequence) {
                    step(at(time, direction, sequence), &state)
                    let position = outputPosition(time, direction, sequence)
                    y.replaceSubrange(position..<position + hiddenSize, with: state[0])
                }
                for (index, last) in state.enumerated() {
                    states[index].replaceSubrange(place..<place + hiddenSize, with: last)
                }
            }
        }
        var results = [try Tensor(reals: y, shape: shape, type: type)]
        for state in states { results.append(try Tensor(reals: state, shape: stateShape, type: type)) }
        return results
    }

    private func values(_ state: Tensor?, _ shape: Shape) throws(BitdepthError) -> [Double] {
        guard let state else { return try [Double](repeating: 0, filling: shape) }
        try state.requireShape(shape.dimensions, "an initial state")
        return try state.doubles()
    }

    /// The steps of a sequence in the order in which a direction reads them; those beyond its length are padding.
    private func times(_ direction: Int, _ sequence: Int) -> [Int] {
        let times = Array(0..<lengths[sequence])
        return layer.isReversed(direction) ? times.reversed() : times
    }

    private func at(_ time: Int, _ direction: Int, _ sequence: Int) -> Step {
        let size = weights[direction].inputSize
        let row = (layer.isBatchFirst ? sequence * steps + time : time * batch + sequence) * size
        return Step(
            direction: direction, weights: weights[direction], activations: layer.activations[direction],
            fromInput: weights[direction].ofInput(x[row..<row + size]))
    }

    private func outputPosition(_ time: Int, _ direction: Int, _ sequence: Int) -> Int {
        let directions = layer.directionCount
        let row =
            layer.isBatchFirst
            ? (sequence * steps + time) * directions + direction : (time * directions + direction) * batch + sequence
        return row * hiddenSize
    }

    private func statePosition(_ direction: Int, _ sequence: Int) -> Int {
        (layer.isBatchFirst ? sequence * layer.directionCount + direction : direction * batch + sequence) * hiddenSize
    }
}
