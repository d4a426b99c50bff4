import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Which equations a recurrent layer follows.
struct RecurrentCell {
    enum Kind { case rnn, gru, linearGRU, lstm, coupledLSTM }

    let kind: Kind
    let layer: RecurrentLayer

    init?(_ op: any Operator) {
        switch op {
        case let rnn as RNN: (kind, layer) = (.rnn, rnn.layer)
        case let gru as GRU: (kind, layer) = (gru.isLinearBeforeReset ? .linearGRU : .gru, gru.layer)
        case let lstm as LSTM: (kind, layer) = (lstm.couplesInputAndForget ? .coupledLSTM : .lstm, lstm.layer)
        default: return nil
        }
    }

    var isLSTM: Bool { kind == .lstm || kind == .coupledLSTM }
    /// The hidden state, and an LSTM's cell.
    var states: Int { isLSTM ? 2 : 1 }
    var gates: Int { isLSTM ? 4 : kind == .rnn ? 1 : 3 }
}

/// The constants of a recurrent layer, cut into directions and turned so that rows are multiplied from the left.
struct RecurrentLayerWeights {
    let hidden: Int
    private let rows: Int
    private let input: Tensor
    private let recurrence: Tensor
    private let bias: [Float]?
    private let peepholes: [Float]?

    /// `nil` where they are no FP32 constants, or of shapes that do not fit together.
    init?(_ node: Node, _ cell: RecurrentCell, in graph: Graph) throws(BitdepthError) {
        guard let w = node.input(1).flatMap(graph.constant), let r = node.input(2).flatMap(graph.constant),
            w.type == .float32, r.type == .float32, w.shape.rank == 3, r.shape.rank == 3
        else { return nil }
        hidden = r.shape[2]
        rows = r.shape[1]
        let directions = cell.layer.directionCount
        guard hidden > 0, rows / cell.gates == hidden, rows % cell.gates == 0,
            w.shape[0] == directions, w.shape[1] == rows,
            r.shape[0] == directions
        else { return nil }
        func vector(_ index: Int, _ shape: [Int]) throws(BitdepthError) -> [Float]?? {
            guard let name = node.input(index) else { return .some(nil) }
            guard let tensor = graph.constant(name), tensor.type == .float32, tensor.shape.dimensions == shape else {
                return nil
            }
            return .some(try tensor.floats())
        }
        guard let bias = try vector(3, [directions, 2 * rows]),
            let peepholes = try cell.isLSTM ? vector(7, [directions, 3 * hidden]) : .some(nil)
        else { return nil }
        input = w
        recurrence = r
        self.bias = bias
        self.peepholes = peepholes
    }

    /// Wᵀ `[input, gates · hidden]`.
    func input(_ direction: Int) throws(BitdepthError) -> Tensor {
        try RecurrentLayerWeights.transposed(input, direction, rows: 0..<rows)
    }

    /// Rᵀ of some gates: `[hidden, gates · hidden]`.
    func recurrence(_ direction: Int, gates: Range<Int>) throws(BitdepthError) -> Tensor {
        try RecurrentLayerWeights.transposed(
            recurrence, direction, rows: gates.lowerBound * hidden..<gates.upperBound * hidden)
    }

    private static func transposed(
        _ tensor: Tensor, _ direction: Int, rows: Range<Int>
    ) throws(BitdepthError) -> Tensor {
        let values = try tensor.floats()
        let (count, width) = (tensor.shape[1], tensor.shape[2])
        var result: [Float] = []
        result.reserveCapacity(rows.count * width)
        for column in 0..<width {
            for row in rows { result.append(values[(direction * count + row) * width + column]) }
        }
        return try Tensor(result, shape: [width, rows.count])
    }

    /// Both biases; the one that a linear GRU adds inside its reset is not among them.
    func bias(_ cell: RecurrentCell, _ direction: Int) throws(BitdepthError) -> Tensor? {
        guard let bias else { return nil }
        let start = direction * 2 * rows
        let outside = cell.kind == .linearGRU ? 2 * hidden : rows
        return try Tensor(
            (0..<rows).map { bias[start + $0] + ($0 < outside ? bias[start + rows + $0] : 0) }, shape: [rows])
    }

    /// The bias of the recurrent products of the last gate.
    func resetBias(_ direction: Int) throws(BitdepthError) -> Tensor? {
        let end = (direction + 1) * 2 * rows
        return try bias.map { bias throws(BitdepthError) in
            try Tensor(Array(bias[end - hidden..<end]), shape: [hidden])
        }
    }

    /// The peephole of the input (0), output (1) or forget gate (2).
    func peephole(_ gate: Int, _ direction: Int) throws(BitdepthError) -> Tensor? {
        let start = (3 * direction + gate) * hidden
        return try peepholes.map { peepholes throws(BitdepthError) in
            try Tensor(Array(peepholes[start..<start + hidden]), shape: [hidden])
        }
    }
}
