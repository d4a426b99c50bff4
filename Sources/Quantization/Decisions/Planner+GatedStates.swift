import BitdepthGraphs
import BitdepthOperators

/// Recurrent cells that a graph writes out. What is rounded in a state is carried through all later steps, so the gates
/// and states of such a cell stay float; the sums that they are made of compute on integers and give floats.
extension Planner {
    private static let gates: Set<OperatorName> = ["Sigmoid", "HardSigmoid"]
    /// What stands between the sums of a cell and its states.
    private static let inside: Set<OperatorName> = [
        "Sigmoid", "HardSigmoid", "Tanh", "Softsign", "Relu", "Clip", "Add", "Sub", "Mul", "Split", "Slice", "Identity",
    ]

    mutating func keepGatedStates() {
        for position in graph.nodes.indices where isGatedState(position) {
            keepCell(from: position)
            // The hidden state of an LSTM is a gated function of its cell state.
            for function in consumers(of: position) where graph.nodes[function].op == "Tanh" {
                for product in consumers(of: function) where gatedOperand(of: product) != nil {
                    keepCell(from: product)
                }
            }
        }
    }

    /// Whether the results of a sum are floats for those who read them: gates, or the steps of a Scan.
    func isReadAsFloat(_ sum: Int, result: ValueName) -> Bool {
        let readers = index.consumers[result] ?? []
        return gatedSums.contains(sum) || !readers.isEmpty && readers.allSatisfy { graph.nodes[$0].op == "Scan" }
    }

    /// An old state and a candidate, each weighed by a gate: of an LSTM by two of them, the candidate being a Tanh; of a GRU
    /// by one and what it lacks of 1, also written as candidate + gate * (state - candidate).
    private func isGatedState(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        guard node.op == "Add", node.inputs.count == 2 else { return false }
        let terms = node.inputs.map { name in name.flatMap { index.producer[$0] } }
        let operands = terms.map { $0.flatMap(gatedOperand) }
        if let first = operands[0], let second = operands[1] {
            return [first, second].contains { $0.isComplement || isMade($0.other, by: ["Tanh"]) }
        }
        for (gated, candidate) in zip(operands, node.inputs.reversed()) {
            guard let other = gated?.other, let difference = index.producer[other] else { continue }
            if graph.nodes[difference].op == "Sub", graph.nodes[difference].input(1) == candidate { return true }
        }
        return false
    }

    /// What a gate is multiplied by, and whether the gate is 1 - another one.
    private func gatedOperand(of position: Int) -> (other: ValueName, isComplement: Bool)? {
        let node = graph.nodes[position]
        guard node.op == "Mul", let left = node.input(0), let right = node.input(1) else { return nil }
        for (gate, other) in [(left, right), (right, left)] {
            if isMade(gate, by: Planner.gates) { return (other, false) }
            guard let producer = index.producer[gate], graph.nodes[producer].op == "Sub",
                let whole = graph.nodes[producer].input(0), graph.initializers[whole] != nil,
                let part = graph.nodes[producer].input(1), isMade(part, by: Planner.gates)
            else { continue }
            return (other, true)
        }
        return nil
    }

    private func isMade(_ value: ValueName, by operators: Set<OperatorName>) -> Bool {
        index.producer[value].map { operators.contains(graph.nodes[$0].op) } ?? false
    }

    private func consumers(of position: Int) -> [Int] {
        graph.nodes[position].outputs.flatMap { output in output.flatMap { index.consumers[$0] } ?? [] }
    }

    /// Keeps a node float, and what it is made of, back to the sums.
    private mutating func keepCell(from last: Int) {
        var waiting = [last]
        while let position = waiting.popLast() {
            if isSum(position) { gatedSums.insert(position); continue }
            guard outcomes[position] == nil, Planner.inside.contains(graph.nodes[position].op),
                !isAlreadyQuantized(position)
            else { continue }
            outcomes[position] = .float(reason: "a recurrent state needs more than 8 bits")
            waiting += graph.nodes[position].inputs.compactMap { $0.flatMap { index.producer[$0] } }
        }
    }
}
