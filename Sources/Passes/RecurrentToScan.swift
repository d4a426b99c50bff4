import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Writes RNN, GRU and LSTM as Scan nodes whose bodies are matrix products and element-wise operators: then what
/// happens inside a cell can be seen and quantized.
///
/// The product of the input with its weights stays outside, for all steps at once. Layers are left alone where weights,
/// biases or peepholes are no FP32 constants, and where sequences have lengths of their own.
public struct RecurrentToScan: Pass {
    /// The operators that become Scan.
    public static let operators: Set<OperatorName> = ["RNN", "GRU", "LSTM"]

    public let name = "recurrent layers as Scan"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        guard graph.nodes.contains(where: { RecurrentToScan.operators.contains($0.op) }) else { return 0 }
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        var taken = graph.allNames
        var count = 0
        var nodes: [Node] = []
        for node in graph.nodes {
            guard case .layer(var layer) = try RecurrentScan.read(node, in: graph, facts, taken: taken) else {
                nodes.append(node)
                continue
            }
            try layer.write()
            nodes += layer.writer.nodes
            graph.initializers.merge(layer.writer.initializers) { old, _ in old }
            taken = layer.writer.taken
            count += 1
        }
        if count > 0 { graph.nodes = nodes }
        return count
    }

    /// The layers of a graph that are left alone, and why.
    public static func obstacles(in graph: Graph) throws(BitdepthError) -> [(node: Node, reason: String)] {
        guard graph.nodes.contains(where: { operators.contains($0.op) }) else { return [] }
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        var obstacles: [(node: Node, reason: String)] = []
        for node in graph.nodes {
            if case .leftAlone(let reason) = try RecurrentScan.read(node, in: graph, facts) {
                obstacles.append((node, reason))
            }
        }
        return obstacles
    }
}
