/// What the names of a function's body become where it is called.
struct FunctionRenaming {
    /// Names inside the function to names outside; the empty name where the call leaves an operand out.
    var names: [String: String] = [:]
    private let prefix: String
    private let arguments: [String: Onnx_AttributeProto]

    init(prefix: String, call: Onnx_NodeProto, function: Onnx_FunctionProto) {
        self.prefix = call.name.isEmpty ? prefix : call.name
        var arguments: [String: Onnx_AttributeProto] = [:]
        for attribute in function.attributeProto + call.attribute { arguments[attribute.name] = attribute }
        self.arguments = arguments
    }

    mutating func renamed(_ nodes: [Onnx_NodeProto], taken: inout Set<String>) -> [Onnx_NodeProto] {
        // Names first: a body need not be in order.
        for node in nodes { define(node.output, taken: &taken) }
        return nodes.map { renamed($0, taken: &taken) }
    }

    private mutating func define(_ values: [String], taken: inout Set<String>) {
        for value in values where !value.isEmpty && names[value] == nil {
            var name = "\(prefix)/\(value)"
            var number = 1
            while !taken.insert(name).inserted {
                name = "\(prefix)_\(number)/\(value)"
                number += 1
            }
            names[value] = name
        }
    }

    private func renamed(_ node: Onnx_NodeProto, taken: inout Set<String>) -> Onnx_NodeProto {
        var result = node
        if !node.name.isEmpty { result.name = "\(prefix)/\(node.name)" }
        result.input = node.input.map { names[$0] ?? $0 }
        result.output = node.output.map { names[$0] ?? $0 }
        result.attribute = node.attribute.compactMap { attribute in
            guard attribute.refAttrName.isEmpty else {
                guard var value = arguments[attribute.refAttrName] else { return nil }
                value.name = attribute.name
                return value
            }
            var value = attribute
            if attribute.hasG { value.g = renamed(attribute.g, taken: &taken) }
            value.graphs = attribute.graphs.map { renamed($0, taken: &taken) }
            return value
        }
        return result
    }

    /// A subgraph sees the function's names; its own are renamed as well, so that they cannot meet others outside.
    private func renamed(_ graph: Onnx_GraphProto, taken: inout Set<String>) -> Onnx_GraphProto {
        var inner = self
        for own in graph.input.map(\.name) + graph.initializer.map(\.name) + graph.node.flatMap(\.output) {
            inner.names[own] = nil
        }
        inner.define(graph.input.map(\.name) + graph.initializer.map(\.name), taken: &taken)
        var result = graph
        result.node = inner.renamed(graph.node, taken: &taken)
        for index in result.input.indices { result.input[index].name = inner.outside(graph.input[index].name) }
        for index in result.output.indices { result.output[index].name = inner.outside(graph.output[index].name) }
        for index in result.initializer.indices {
            result.initializer[index].name = inner.outside(graph.initializer[index].name)
        }
        result.valueInfo = []
        return result
    }

    private func outside(_ name: String) -> String { names[name] ?? name }
}
