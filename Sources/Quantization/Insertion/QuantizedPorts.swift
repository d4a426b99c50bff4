import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Turns float inputs and outputs of a quantized graph into ports that carry codes (`--io int8`, `--io uint8`).
public struct QuantizedPorts {
    public init() {}

    /// - Returns: Names of ports that stay float because no QuantizeLinear or DequantizeLinear stands right at them.
    public func run(_ graph: inout Graph) -> [ValueName] {
        var kept: [ValueName] = []
        for port in graph.inputs.indices where graph.initializers[graph.inputs[port].name] == nil {
            if !openInput(&graph, port) { kept.append(graph.inputs[port].name) }
        }
        for port in graph.outputs.indices where !openOutput(&graph, port) { kept.append(graph.outputs[port].name) }
        return kept
    }

    private func openInput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.inputs[port].name
        let index = GraphIndex(graph)
        guard graph.inputs[port].type?.element == .float32, let reader = index.onlyConsumer(of: name),
            graph.nodes[reader].op == "QuantizeLinear", let codes = graph.nodes[reader].output(0),
            let element = graph.nodes[reader].input(2).flatMap({ graph.initializers[$0]?.type })
        else { return false }
        graph.replaceUses(of: codes, with: name)
        graph.removeNodes(at: [reader])
        graph.inputs[port].type?.element = element
        return true
    }

    private func openOutput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.outputs[port].name
        let index = GraphIndex(graph)
        guard let writer = index.producer[name], graph.nodes[writer].op == "DequantizeLinear", index.consumers[name] == nil,
            let codes = graph.nodes[writer].input(0), let quantizer = index.producer[codes],
            index.onlyConsumer(of: codes) == writer,
            let element = graph.nodes[writer].input(2).flatMap({ graph.initializers[$0]?.type })
        else { return false }
        for output in graph.nodes[quantizer].outputs.indices where graph.nodes[quantizer].outputs[output] == codes {
            graph.nodes[quantizer].outputs[output] = name
        }
        graph.removeNodes(at: [writer])
        graph.outputs[port].type?.element = element
        return true
    }
}
