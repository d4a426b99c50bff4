import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Writes one step of a recurrent cell as the body of a Scan: states and the products of the input go in, the next
/// states and the hidden state once more come out.
struct RecurrentBody {
    var writer: NodeWriter
    private let cell: RecurrentCell
    private let weights: RecurrentLayerWeights
    private let direction: Int
    private let batch: Dimension
    private let activations: [RecurrentActivation]

    init(
        _ cell: RecurrentCell, _ weights: RecurrentLayerWeights, _ direction: Int, batch: Dimension, writer: NodeWriter
    ) {
        self.cell = cell
        self.weights = weights
        self.direction = direction
        self.batch = batch
        self.writer = writer
        activations = cell.layer.activations[direction]
    }

    mutating func graph() throws(BitdepthError) -> Graph {
        let states = (0..<cell.states).map { writer.name($0 == 0 ? "hidden" : "cell") }
        let products = writer.name("products")
        let next: [ValueName] =
            switch cell.kind {
            case .rnn: [try rnn(states[0], products)]
            case .gru, .linearGRU: [try gru(states[0], products)]
            case .lstm, .coupledLSTM: try lstm(states[0], states[1], products)
            }
        let collected = writer.add("Identity", [next[0]])
        func port(_ name: ValueName, _ width: Int) -> Graph.Port {
            .init(name, TensorType(.float32, PartialShape([batch, .known(width)])))
        }
        var graph = Graph(
            name: writer.name("body").text,
            inputs: states.map { port($0, weights.hidden) } + [port(products, cell.gates * weights.hidden)],
            outputs: (next + [collected]).map { port($0, weights.hidden) }, nodes: writer.nodes)
        graph.initializers = writer.initializers
        return graph
    }

    private mutating func rnn(_ hidden: ValueName, _ products: ValueName) throws(BitdepthError) -> ValueName {
        try gate(0, writer.add("Add", [products, try recurrence(hidden, 0..<1)]))
    }

    private mutating func gru(_ hidden: ValueName, _ products: ValueName) throws(BitdepthError) -> ValueName {
        let fromInput = try split(products, [2, 1])
        let outer: ValueName
        var inner: ValueName?
        if cell.kind == .linearGRU {
            let fromState = try split(try recurrence(hidden, 0..<3), [2, 1])
            outer = fromState[0]
            inner = fromState[1]
            if let bias = try weights.resetBias(direction) {
                inner = writer.add("Add", [fromState[1], writer.constant(bias, named: "reset_bias")])
            }
        } else {
            outer = try recurrence(hidden, 0..<2)
        }
        let gates = try split(try gate(0, writer.add("Add", [fromInput[0], outer])), [1, 1])
        let recurrent =
            if let inner {
                writer.add("Mul", [gates[1], inner])
            } else {
                try recurrence(writer.add("Mul", [gates[1], hidden]), 2..<3)
            }
        let candidate = try gate(1, writer.add("Add", [fromInput[1], recurrent]))
        let kept = writer.add("Mul", [gates[0], hidden])
        let taken = writer.add("Mul", [try complement(gates[0]), candidate])
        return writer.add("Add", [taken, kept])
    }

    private mutating func lstm(
        _ hidden: ValueName, _ cell: ValueName, _ products: ValueName
    ) throws(BitdepthError) -> [ValueName] {
        let sums = try split(writer.add("Add", [products, try recurrence(hidden, 0..<4)]), [1, 1, 1, 1])
        let input = try gate(0, try seeing(cell, 0, sums[0]))
        let forget =
            self.cell.kind == .coupledLSTM ? try complement(input) : try gate(0, try seeing(cell, 2, sums[2]))
        let candidate = try gate(1, sums[3])
        let next = writer.add(
            "Add", [writer.add("Mul", [forget, cell]), writer.add("Mul", [input, candidate])])
        let output = try gate(0, try seeing(next, 1, sums[1]))
        return [writer.add("Mul", [output, try writer.activation(activations[2], next)]), next]
    }

    /// H · Rᵀ for some gates.
    private mutating func recurrence(_ state: ValueName, _ gates: Range<Int>) throws(BitdepthError) -> ValueName {
        let matrix = writer.constant(try weights.recurrence(direction, gates: gates), named: "recurrent_weights")
        return writer.add("MatMul", [state, matrix])
    }

    /// A sum within its bound, and the function of it.
    private mutating func gate(_ activation: Int, _ sum: ValueName) throws(BitdepthError) -> ValueName {
        var sum = sum
        if let clip = cell.layer.clip {
            let bounds = [try writer.scalar(-clip), try writer.scalar(clip)]
            sum = writer.add("Clip", [sum] + bounds)
        }
        return try writer.activation(activations[activation], sum)
    }

    /// A gate's sum with what the gate sees of the cell.
    private mutating func seeing(
        _ cell: ValueName, _ gate: Int, _ sum: ValueName
    ) throws(BitdepthError) -> ValueName {
        guard let peephole = try weights.peephole(gate, direction) else { return sum }
        return writer.add("Add", [sum, writer.add("Mul", [cell, writer.constant(peephole, named: "peephole")])])
    }

    private mutating func complement(_ value: ValueName) throws(BitdepthError) -> ValueName {
        writer.add("Sub", [try writer.scalar(1), value])
    }

    /// - Parameter gates: How many gates each part has.
    private mutating func split(_ value: ValueName, _ gates: [Int]) throws(BitdepthError) -> [ValueName] {
        let extents = writer.constant(try Tensor(gates.map { Int64($0 * weights.hidden) }), named: "extents")
        return writer.add("Split", [value, extents], ["axis": .int(-1)], outputs: gates.count)
    }
}
