import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Gives a graph whose inputs and outputs carry codes float ones again, so that it takes the same samples as the float model:
/// the inverse of ``QuantizedPorts``.
public struct FloatPorts {
    public init() {}

    /// - Returns: The ports that were changed.
    public func run(_ graph: inout Graph) -> [ValueName] {
        var changed: [ValueName] = []
        for port in graph.inputs.indices where graph.initializers[graph.inputs[port].name] == nil {
            if closeInput(&graph, port) { changed.append(graph.inputs[port].name) }
        }
        for port in graph.outputs.indices where closeOutput(&graph, port) { changed.append(graph.outputs[port].name) }
        return changed
    }

    /// An input that only DequantizeLinear nodes of one scale read gets a QuantizeLinear in front of them.
    private func closeInput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.inputs[port].name
        let readers = Set(GraphIndex(graph).consumers[name] ?? [])
        guard let element = graph.inputs[port].type?.element, element == .int8 || element == .uint8,
            let first = readers.min(),
            readers.allSatisfy({ position in
                let node = graph.nodes[position]
                return node.op == "DequantizeLinear" && node.input(0) == name
                    && node.input(1) == graph.nodes[first].input(1)
                    && node.input(2) == graph.nodes[first].input(2)
            })
        else { return false }
        let codes = graph.unusedName("\(name)_QuantizeLinear_Output", taken: graph.allNames)
        for position in readers { graph.nodes[position].replaceInputs(of: name, with: codes) }
        let parameters = Array(graph.nodes[first].inputs.dropFirst())
        graph.nodes.insert(
            Node(
                "QuantizeLinear", name: "\(name)_QuantizeLinear", inputs: [name] + parameters, outputs: [codes],
                attributes: graph.nodes[first].attributes), at: 0)
        graph.inputs[port].type?.element = .float32
        return true
    }

    /// An output that a QuantizeLinear node makes gets a DequantizeLinear behind it.
    private func closeOutput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.outputs[port].name
        let index = GraphIndex(graph)
        guard let writer = index.producer[name], graph.nodes[writer].op == "QuantizeLinear" else { return false }
        let codes = graph.unusedName("\(name)_QuantizeLinear_Output", taken: graph.allNames)
        graph.replaceUses(of: name, with: codes)
        graph.nodes[writer].outputs = [codes]
        graph.outputs[port].name = name
        let parameters = Array(graph.nodes[writer].inputs.dropFirst())
        graph.nodes.append(
            Node(
                "DequantizeLinear", name: "\(name)_DequantizeLinear", inputs: [codes] + parameters, outputs: [name],
                attributes: graph.nodes[writer].attributes))
        graph.outputs[port].type?.element = .float32
        return true
    }
}
