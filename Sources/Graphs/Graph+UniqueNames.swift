import BitdepthTensors
import OrderedCollections

extension Graph {
    /// Gives values of bodies new names where two graphs of the model use the same one, so that a name means one value in
    /// the whole model. ONNX only asks that a body's names differ from those around it.
    public mutating func makeNamesUnique() {
        var taken = Set(inputs.map(\.name)).union(initializers.keys).union(outputs.map(\.name))
        for node in nodes { taken.formUnion(node.outputs.compactMap { $0 }) }
        for position in nodes.indices { nodes[position].makeNamesUnique(&taken) }
    }

    /// Renames what this body defines and what of it is taken already.
    fileprivate mutating func makeBodyNamesUnique(_ taken: inout Set<ValueName>) {
        let ports = Set(inputs.map(\.name))
        let defined =
            inputs.map(\.name) + initializers.keys.filter { !ports.contains($0) }
            + nodes.flatMap { $0.outputs.compactMap { $0 } }
        var renames: [ValueName: ValueName] = [:]
        for name in defined where !taken.insert(name).inserted {
            let new = unusedName(name.text, taken: taken)
            taken.insert(new)
            renames[name] = new
        }
        if !renames.isEmpty { rename(renames) }
        for position in nodes.indices { nodes[position].makeNamesUnique(&taken) }
    }

    /// Renames values of this graph wherever they are defined and read.
    private mutating func rename(_ renames: [ValueName: ValueName]) {
        for index in inputs.indices { inputs[index].name = renames[inputs[index].name] ?? inputs[index].name }
        for index in outputs.indices { outputs[index].name = renames[outputs[index].name] ?? outputs[index].name }
        var initializers: OrderedDictionary<ValueName, Tensor> = [:]
        for (name, tensor) in self.initializers { initializers[renames[name] ?? name] = tensor }
        self.initializers = initializers
        var types: OrderedDictionary<ValueName, TensorType> = [:]
        for (name, type) in valueTypes { types[renames[name] ?? name] = type }
        valueTypes = types
        for position in nodes.indices {
            let reads = nodes[position].dependencies
            for old in reads {
                if let new = renames[old] { nodes[position].replaceInputs(of: old, with: new) }
            }
            nodes[position].outputs = nodes[position].outputs.map { $0.map { renames[$0] ?? $0 } }
        }
    }
}

extension Node {
    fileprivate mutating func makeNamesUnique(_ taken: inout Set<ValueName>) {
        for (key, attribute) in attributes {
            switch attribute {
            case .graph(var graph):
                graph.makeBodyNamesUnique(&taken)
                attributes[key] = .graph(graph)
            case .graphs(var graphs):
                for index in graphs.indices { graphs[index].makeBodyNamesUnique(&taken) }
                attributes[key] = .graphs(graphs)
            default: break
            }
        }
    }
}
