import BitdepthGraphs

extension ModelReport {
    /// The parts that were asked for; the model itself is always told.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("model", model), .init("inputs", ports(summary.model.graph.requiredInputs)),
        ]
        members.append(.init("outputs", ports(summary.model.graph.outputs)))
        for section in sections {
            switch section {
            case .header: break
            case .operators: members.append(.init("operators", .array(operators.records)))
            case .floats: members.append(.init("float", floats))
            case .nodes: members.append(.init("nodes", .array(nodes.records)))
            case .tensors:
                members.append(.init("quantized_tensors", .array(TensorTable.table(of: summary.values).records)))
                members.append(.init("float_constants", .array(floatConstants.records)))
            case .weights: members.append(.init("weights", .array(WeightTable.table(of: weights).records)))
            case .memory: members.append(.init("memory", memory?.json ?? .null))
            }
        }
        return .object(members)
    }

    private var model: JSONValue {
        let model = summary.model
        let counts = summary.multiplyAccumulates
        return [
            "path": .string(file.path), "bytes": .integer(file.bytes), "external_bytes": .integer(file.externalBytes),
            "name": .string(model.graph.name), "opset": .optional(model.sourceOpset),
            "producer": .string(model.producer.name),
            "producer_version": .string(model.producer.version), "nodes": .integer(file.nodes),
            "constant_elements": .integer(summary.constants.elements),
            "constant_bytes": .integer(summary.constants.bytes),
            "multiply_accumulates": .optional(counts?.total),
            "quantized_multiply_accumulates": .optional(counts?.quantized),
            "is_quantized": .bool(summary.isQuantized), "form": .optional(file.form),
            "assumptions": .strings(file.assumptions),
            "metadata": .object(model.annotations.metadata.map { .init($0.key, .string($0.value)) }),
        ]
    }

    private func ports(_ ports: [Graph.Port]) -> JSONValue {
        .array(
            ports.map { port in
                let type = port.type ?? summary.facts[port.name]?.type
                return [
                    "name": .string(port.name.text), "type": .optional(type?.element.shortName),
                    "shape": .optional(type?.shape.description),
                ]
            })
    }

    private var floats: JSONValue {
        .array(FloatNodes.groups(summary.nodes).map { ["reason": .string($0.reason), "nodes": .strings($0.nodes)] })
    }
}
