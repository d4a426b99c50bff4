import BitdepthGraphs
import BitdepthRuntime
import BitdepthTensors

/// Brings a graph with 16-bit floats to FP32, so that scales need not be rounded to 16 bits; its inputs and outputs stay
/// what they are, with a Cast at each.
struct HalfPrecisionPorts {
    func run(_ graph: Graph) throws(BitdepthError) -> Graph {
        var wide = try WidenHalfPrecision().applied(to: graph)
        var taken = wide.allNames
        for port in graph.inputs.indices where graph.initializers[graph.inputs[port].name] == nil {
            guard let type = graph.inputs[port].type, type.element.isHalf else { continue }
            let name = graph.inputs[port].name
            let inner = newName("\(name)_float32", wide, &taken)
            wide.replaceUses(of: name, with: inner)
            wide.inputs[port].type = type
            wide.nodes.insert(cast(from: name, to: inner, as: .float32, name: "\(name)_to_float32"), at: 0)
        }
        for port in graph.outputs.indices {
            let name = graph.outputs[port].name
            guard let type = graph.outputs[port].type, type.element.isHalf,
                let producer = wide.nodes.firstIndex(where: { $0.outputs.contains(name) })
            else { continue }
            let inner = newName("\(name)_float32", wide, &taken)
            wide.replaceUses(of: name, with: inner)
            wide.nodes[producer].outputs = wide.nodes[producer].outputs.map { $0 == name ? inner : $0 }
            wide.outputs[port].type = type
            wide.nodes.append(
                cast(from: inner, to: name, as: type.element, name: "\(name)_to_\(type.element.rawValue)"))
        }
        return wide
    }

    private func newName(_ base: String, _ graph: Graph, _ taken: inout Set<ValueName>) -> ValueName {
        let name = graph.unusedName(base, taken: taken)
        taken.insert(name)
        return name
    }

    private func cast(from input: ValueName, to output: ValueName, as type: ElementType, name: String) -> Node {
        Node(
            "Cast", name: name, inputs: [input], outputs: [output],
            attributes: ["to": .int(HalfPrecisionPorts.code(of: type))])
    }

    /// ONNX TensorProto.DataType.
    private static func code(of type: ElementType) -> Int {
        switch type {
        case .float16: 10
        case .bfloat16: 16
        default: 1
        }
    }
}
