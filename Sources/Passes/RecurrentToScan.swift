import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Writes RNN, GRU and LSTM as Scan nodes whose bodies are matrix products and element-wise operators: then what
/// happens inside a cell can be seen and quantized.
///
/// The product of the input with its weights stays outside, for all steps at once. Layers are left alone where weights,
/// biases or peepholes are no FP32 constants, where sequences have lengths of their own, and where no first state is
/// given and the batch is not known.
public struct RecurrentToScan: Pass {
    public let name = "recurrent layers as Scan"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        guard graph.nodes.contains(where: { RecurrentScan.operators.contains($0.op) }) else { return 0 }
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        var taken = graph.allNames
        var count = 0
        var nodes: [Node] = []
        for node in graph.nodes {
            guard var layer = try RecurrentScan(node, in: graph, facts, taken: taken) else {
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
}
