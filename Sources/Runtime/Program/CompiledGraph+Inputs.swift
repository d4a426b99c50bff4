import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension CompiledGraph {
    func checkedValues(_ inputs: [String: Tensor]) throws(BitdepthError) -> [ValueName: Value] {
        try checkedValues(inputs.mapValues(Value.tensor))
    }

    /// The inputs by name, checked against what the graph declares.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a missing, unknown or misshapen input.
    func checkedValues(_ inputs: [String: Value]) throws(BitdepthError) -> [ValueName: Value] {
        var values: [ValueName: Value] = [:]
        let ports = graph.requiredInputs
        for port in graph.inputs {
            guard let value = inputs[port.name.text] else {
                if graph.initializers[port.name] != nil { continue }
                throw BitdepthError(
                    .badData, "input \"\(port.name)\" is missing", at: .init(tensor: port.name.text),
                    help: ["the model's inputs are \(ports.map(\.name.text).joined(separator: ", "))"])
            }
            try check(value, port)
            values[port.name] = value
        }
        if let unknown = inputs.keys.sorted().first(where: { name in !graph.inputs.contains { $0.name.text == name } })
        {
            throw BitdepthError(
                .badData, "the model has no input \"\(unknown)\"",
                help: ["its inputs are \(ports.map(\.name.text).joined(separator: ", "))"])
        }
        return values
    }

    private func check(_ value: Value, _ port: Graph.Port) throws(BitdepthError) {
        switch (value, port.kind) {
        case (.tensor(let tensor), .tensor), (.tensor(let tensor), .optional):
            if let declared = port.type { try check(tensor, port.name, declared) }
        case (.sequence, .sequence), (.sequence, .optionalSequence): break
        case (.absent, let kind) where kind.isOptional: break
        default:
            throw BitdepthError(
                .badData, "input \"\(port.name)\" is \(value), the model takes another kind of value",
                at: .init(tensor: port.name.text))
        }
    }

    private func check(_ tensor: Tensor, _ name: ValueName, _ declared: TensorType) throws(BitdepthError) {
        let fits = declared.shape.dimensions.map { dimensions in
            dimensions.count == tensor.shape.rank
                && zip(dimensions, tensor.shape.dimensions).allSatisfy { $0.value == nil || $0.value == $1 }
        }
        guard declared.element == tensor.type, fits ?? true else {
            throw BitdepthError(
                .badData, "input \"\(name)\" is \(tensor), the model takes \(declared)", at: .init(tensor: name.text))
        }
    }
}
