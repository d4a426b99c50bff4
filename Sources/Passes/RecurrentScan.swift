import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// One recurrent layer while it is written as Scan nodes, one for each direction.
struct RecurrentScan {
    var writer: NodeWriter
    private let node: Node
    private let cell: RecurrentCell
    private let x: ValueName
    private let weights: RecurrentLayerWeights
    private let batch: Dimension

    private init(
        writer: NodeWriter, node: Node, cell: RecurrentCell, x: ValueName, weights: RecurrentLayerWeights,
        batch: Dimension
    ) {
        self.writer = writer
        self.node = node
        self.cell = cell
        self.x = x
        self.weights = weights
        self.batch = batch
    }

    /// What a node of the graph can become.
    enum Reading {
        case layer(RecurrentScan)
        case leftAlone(because: String)
        /// Another operator.
        case other
    }

    /// - Parameter taken: Names that new values cannot have.
    static func read(
        _ node: Node, in graph: Graph, _ facts: [ValueName: Fact], taken: Set<ValueName> = []
    ) throws(BitdepthError) -> Reading {
        guard RecurrentToScan.operators.contains(node.op), let x = node.input(0),
            let cell = RecurrentCell(try OperatorCatalogue.all.decode(node))
        else { return .other }
        guard let weights = try RecurrentLayerWeights(node, cell, in: graph) else {
            return .leftAlone(because: "its weights are no FP32 constants of its shape")
        }
        let extents = facts[x]?.dimensions ?? []
        func extent(_ axis: Int) -> Dimension { extents.count == 3 ? extents[axis] : .unknown }
        let (steps, batch) = (extent(cell.layer.isBatchFirst ? 1 : 0), extent(cell.layer.isBatchFirst ? 0 : 1))
        guard try hasWholeSequences(node.input(4), steps.value, in: graph) else {
            return .leftAlone(because: "its sequences have lengths of their own")
        }
        return .layer(
            RecurrentScan(
                writer: NodeWriter(prefix: node.label, taken: taken), node: node, cell: cell, x: x, weights: weights,
                batch: batch))
    }

    private static func hasWholeSequences(
        _ lengths: ValueName?, _ steps: Int?, in graph: Graph
    ) throws(BitdepthError) -> Bool {
        guard let lengths else { return true }
        guard let steps, let tensor = graph.constant(lengths) else { return false }
        return try tensor.integers().allSatisfy { $0 == steps }
    }

    mutating func write() throws(BitdepthError) {
        let x = cell.layer.isBatchFirst ? writer.add("Transpose", [self.x], ["perm": .ints([1, 0, 2])]) : x
        var collected: [ValueName] = []
        var last = [[ValueName]](repeating: [], count: cell.states)
        for direction in 0..<cell.layer.directionCount {
            let products = try product(of: x, direction)
            var states: [ValueName] = []
            for state in 0..<cell.states { states.append(try firstState(state, direction)) }
            let results = try scan(products, states, direction)
            collected.append(results[cell.states])
            for state in 0..<cell.states { last[state].append(results[state]) }
        }
        try stack(collected, axis: 1, batchFirst: [2, 0, 1, 3], into: node.output(0))
        for state in 0..<cell.states {
            try stack(last[state], axis: 0, batchFirst: [1, 0, 2], into: node.output(1 + state))
        }
    }

    /// X · Wᵀ with the biases, for all steps: `[steps, batch, gates · hidden]`.
    private mutating func product(of x: ValueName, _ direction: Int) throws(BitdepthError) -> ValueName {
        let matrix = writer.constant(try weights.input(direction), named: "input_weights")
        let product = writer.add("MatMul", [x, matrix])
        guard let bias = try weights.bias(cell, direction) else { return product }
        return writer.add("Add", [product, writer.constant(bias, named: "bias")])
    }

    /// `[batch, hidden]`.
    private mutating func firstState(_ state: Int, _ direction: Int) throws(BitdepthError) -> ValueName {
        guard let given = node.input(5 + state) else {
            return writer.add("ConstantOfShape", [try stateShape()])
        }
        let index = writer.constant(try Tensor(scalar: Int64(direction)), named: "direction")
        return writer.add("Gather", [given, index], ["axis": .int(cell.layer.isBatchFirst ? 1 : 0)])
    }

    /// A constant where the batch is known, else measured when the graph runs.
    private mutating func stateShape() throws(BitdepthError) -> ValueName {
        let hidden = Int64(weights.hidden)
        if let batch = batch.value {
            return writer.constant(try Tensor([Int64(batch), hidden]), named: "state_shape")
        }
        let axis = writer.constant(try Tensor([cell.layer.isBatchFirst ? 0 : 1] as [Int64]), named: "batch_axis")
        let batch = writer.add("Gather", [writer.add("Shape", [x]), axis])
        return writer.add("Concat", [batch, writer.constant(try Tensor([hidden]), named: "hidden")], ["axis": .int(0)])
    }

    /// - Returns: The last states, and the hidden states of all steps.
    private mutating func scan(
        _ products: ValueName, _ states: [ValueName], _ direction: Int
    ) throws(BitdepthError) -> [ValueName] {
        var body = RecurrentBody(cell, weights, direction, batch: batch, writer: writer.nested)
        let graph = try body.graph()
        writer.taken = body.writer.taken
        let reverse = cell.layer.direction == .reverse || direction == 1 ? 1 : 0
        return writer.add(
            "Scan", states + [products],
            [
                "body": .graph(graph), "num_scan_inputs": .int(1), "scan_input_directions": .ints([reverse]),
                "scan_output_directions": .ints([reverse]),
            ], outputs: cell.states + 1)
    }

    /// Gives the directions an axis of their own.
    private mutating func stack(
        _ parts: [ValueName], axis: Int, batchFirst: [Int], into output: ValueName?
    ) throws(BitdepthError) {
        guard let output else { return }
        let axes = writer.constant(try Tensor([Int64(axis)]), named: "axes")
        var slices: [ValueName] = []
        for part in parts { slices.append(writer.add("Unsqueeze", [part, axes])) }
        let whole = slices.count == 1 ? slices[0] : writer.add("Concat", slices, ["axis": .int(axis)])
        if cell.layer.isBatchFirst { _ = writer.add("Transpose", [whole], ["perm": .ints(batchFirst)]) }
        writer.renameLast(to: output)
    }
}
