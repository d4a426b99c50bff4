import BitdepthGraphs
import BitdepthOperators

/// The tail of a detector: what decodes boxes and scores between the last convolutions and the choice among them.
extension Planner {
    /// Operators that choose by comparing numbers: 8 bits in front of them make equal what was not.
    private static let choosing: Set<OperatorName> = ["NonMaxSuppression", "TopK", "ArgMax", "ArgMin"]

    /// Keeps float what has no weights and leads to a choice through nodes without weights only.
    mutating func keepDetectionTail() {
        for (position, choice) in detectionTail() where outcomes[position] == nil {
            let isQuantization = ["QuantizeLinear", "DequantizeLinear"].contains(graph.nodes[position].op.type)
            guard !isQuantization, !rule(position).isFloat, !isAlreadyQuantized(position) else { continue }
            outcomes[position] = .float(reason: "\(choice) chooses by its result")
        }
    }

    private func detectionTail() -> [Int: String] {
        var tail: [Int: String] = [:]
        var waiting: [(value: ValueName, choice: String)] = graph.nodes
            .filter { Planner.choosing.contains($0.op) }
            .flatMap { node in node.inputs.prefix(2).compactMap { $0 }.map { ($0, node.op.type) } }
        while let (value, choice) = waiting.popLast() {
            guard let position = index.producer[value], tail[position] == nil, !isSum(position) else { continue }
            tail[position] = choice
            waiting += graph.nodes[position].inputs.compactMap { $0 }.map { ($0, choice) }
        }
        return tail
    }
}
