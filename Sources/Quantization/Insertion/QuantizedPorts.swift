import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Turns float inputs and outputs of a quantized graph into ports that carry codes (`--io int8`, `--io uint8`).
///
/// Where the codes are of the other sign than wanted, 128 is added to or taken off codes and zero point alike.
public struct QuantizedPorts {
    private let element: ElementType

    public init(_ type: QuantizationConfiguration.PortType) { element = type == .int8 ? .int8 : .uint8 }

    /// - Returns: Names of ports that stay float because no 8-bit QuantizeLinear or DequantizeLinear stands right at them.
    public func run(_ graph: inout Graph) -> [ValueName] {
        var kept: [ValueName] = []
        let before = GraphIndex(graph)
        for port in graph.inputs.indices where graph.initializers[graph.inputs[port].name] == nil {
            if !openInput(&graph, port) { kept.append(graph.inputs[port].name) }
        }
        for port in graph.outputs.indices where !openOutput(&graph, port) { kept.append(graph.outputs[port].name) }
        removeReplacedZeroPoints(before, &graph)
        return kept
    }

    private func removeReplacedZeroPoints(_ before: GraphIndex, _ graph: inout Graph) {
        let after = GraphIndex(graph)
        for name in Array(graph.initializers.keys) where before.isUsed(name) && !after.isUsed(name) {
            graph.initializers[name] = nil
        }
    }

    private func openInput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.inputs[port].name
        let index = GraphIndex(graph)
        guard graph.inputs[port].type?.element == .float32, let reader = index.onlyConsumer(of: name),
            graph.nodes[reader].op == "QuantizeLinear", let codes = graph.nodes[reader].output(0),
            !index.outputs.contains(codes),
            let readers = index.consumers[codes], readers.allSatisfy({ graph.nodes[$0].op == "DequantizeLinear" }),
            let zero = zeroPoint(of: graph.nodes[reader], &graph)
        else { return false }
        for position in readers { graph.nodes[position].inputs[2] = zero }
        graph.replaceUses(of: codes, with: name)
        graph.removeNodes(at: [reader])
        graph.inputs[port].type?.element = element
        return true
    }

    private func openOutput(_ graph: inout Graph, _ port: Int) -> Bool {
        let name = graph.outputs[port].name
        let index = GraphIndex(graph)
        guard graph.outputs[port].type.map({ $0.element == .float32 }) ?? true, let writer = index.producer[name],
            graph.nodes[writer].op == "DequantizeLinear", index.consumers[name] == nil,
            let codes = graph.nodes[writer].input(0), let quantizer = index.producer[codes],
            graph.nodes[quantizer].op == "QuantizeLinear", index.onlyConsumer(of: codes) == writer,
            let zero = zeroPoint(of: graph.nodes[quantizer], &graph)
        else { return false }
        graph.nodes[quantizer].inputs[2] = zero
        graph.nodes[quantizer].outputs = [name]
        graph.removeNodes(at: [writer])
        graph.outputs[port].type?.element = element
        return true
    }

    /// The node's zero point in the wanted type; a new constant where the codes change their sign. `nil` for other codes than
    /// those of 8 bits and one scale.
    private func zeroPoint(of node: Node, _ graph: inout Graph) -> ValueName? {
        guard node.inputs.count > 2, let name = node.input(2), let tensor = graph.initializers[name], tensor.count == 1,
            tensor.type == .int8 || tensor.type == .uint8, let value = try? tensor.integers().first
        else { return nil }
        if tensor.type == element { return name }
        let moved = value + (element == .int8 ? -128 : 128)
        guard let constant = try? Tensor(integers: [moved], shape: tensor.shape, type: element) else { return nil }
        let new = graph.unusedName("\(name)_\(element.rawValue)", taken: graph.allNames)
        graph.initializers[new] = constant
        return new
    }
}
