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
        try checkNames(inputs.keys)
        return values
    }

    /// The types of the graph's inputs with every extent known: as it states them, and as given.
    ///
    /// - Parameter shapes: By name; inputs with a default that are not among them keep it.
    /// - Throws: ``BitdepthError/Code/badData`` for an unknown input or a shape that the graph does not take;
    ///   ``BitdepthError/Code/unknownShape`` for one that is still open.
    func inputTypes(_ shapes: [String: Shape]) throws(BitdepthError) -> InputTypes {
        try checkNames(shapes.keys)
        var types = InputTypes()
        for port in graph.inputs {
            let given = shapes[port.name.text]
            if given == nil, graph.initializers[port.name] != nil { continue }
            guard let declared = port.type, port.kind == .tensor, let shape = given ?? declared.shape.shape else {
                throw BitdepthError(
                    .unknownShape, "the shape of input \"\(port.name)\" is not known",
                    at: .init(tensor: port.name.text),
                    help: ["give it beforehand: prepare(_:), or --shape"])
            }
            guard declared.shape.takes(shape) else {
                throw BitdepthError(
                    .badData, "input \"\(port.name)\" cannot have shape \(shape), the model takes \(declared)",
                    at: .init(tensor: port.name.text))
            }
            types.tensors[port.name] = TensorType(declared.element, PartialShape(shape))
        }
        return types
    }

    private func checkNames(_ names: some Collection<String>) throws(BitdepthError) {
        guard let unknown = names.sorted().first(where: { name in !graph.inputs.contains { $0.name.text == name } })
        else { return }
        throw BitdepthError(
            .badData, "the model has no input \"\(unknown)\"",
            help: ["its inputs are \(graph.requiredInputs.map(\.name.text).joined(separator: ", "))"])
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
        guard declared.element == tensor.type, declared.shape.takes(tensor.shape) else {
            throw BitdepthError(
                .badData, "input \"\(name)\" is \(tensor), the model takes \(declared)", at: .init(tensor: name.text))
        }
    }
}

extension PartialShape {
    /// Whether a shape has the extents that are known.
    func takes(_ shape: Shape) -> Bool {
        guard let dimensions else { return true }
        return dimensions.count == shape.rank
            && zip(dimensions, shape.dimensions).allSatisfy { $0.value == nil || $0.value == $1 }
    }
}
