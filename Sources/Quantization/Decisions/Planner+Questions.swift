import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What the walks ask about nodes and values.
extension Planner {
    func rule(_ position: Int) -> QuantizationRule { operators[position].quantization }

    /// Operators with a weight, constant or not: they start islands.
    func isSum(_ position: Int) -> Bool {
        rule(position).inputs.contains { if case .weight = $0 { true } else { false } }
    }

    func isFloat(_ value: ValueName) -> Bool { facts[value]?.element.isWideFloat ?? false }

    /// Inputs that carry activation scales, constant ones included.
    func activationInputs(_ position: Int) -> [ValueName] {
        let rule = rule(position)
        return graph.nodes[position].inputs.enumerated().compactMap { index, name in
            guard let name else { return nil }
            switch rule.role(ofInput: index) {
            case .activation: return name
            case .weight: return graph.initializers[name] == nil ? name : nil
            case .bias, .untouched: return nil
            }
        }
    }

    /// Whether a value is the result of a node that computes on integers.
    func isQuantizedResult(_ name: ValueName) -> Bool {
        guard let producer = index.producer[name] else { return false }
        switch outcomes[producer] {
        case .quantized?: return results[producer] == name
        // A fused bias addition hands its sum on to a fused activation.
        case .fused?: return results.values.contains(name)
        default: return false
        }
    }

    /// Whether a value is a quantized result behind data movement.
    func isMovedCode(_ name: ValueName) -> Bool {
        var current = name
        while let producer = index.producer[current], outcomes[producer] == nil || outcomes[producer] == .movesCodes,
            case .sameScale(let from) = rule(producer).outputs, let source = graph.nodes[producer].input(from)
        {
            if isQuantizedResult(source) { return true }
            current = source
        }
        return false
    }

    /// Reads floats that were codes before, or feeds a QuantizeLinear, if behind or in front of functions of single
    /// elements: another tool's work, which is kept.
    func isAlreadyQuantized(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        return node.inputs.contains { $0.map(isDequantized) ?? false }
            || pointwiseInput(position).map(comesFromCodes) ?? false
            || node.outputs.contains { $0.map(feedsQuantizer) ?? false }
    }

    private func comesFromCodes(_ value: ValueName) -> Bool {
        var current = value
        for _ in graph.nodes.indices {
            if isDequantized(current) { return true }
            guard index.onlyConsumer(of: current) != nil, let producer = index.producer[current],
                let input = pointwiseInput(producer)
            else { return false }
            current = input
        }
        return false
    }

    private func isDequantized(_ value: ValueName) -> Bool {
        index.producer[value].map { graph.nodes[$0].op == "DequantizeLinear" } ?? false
    }

    private func feedsQuantizer(_ value: ValueName) -> Bool {
        var current = value
        for _ in graph.nodes.indices {
            if (index.consumers[current] ?? []).contains(where: { graph.nodes[$0].op == "QuantizeLinear" }) {
                return true
            }
            guard let next = index.onlyConsumer(of: current), pointwiseInput(next) == current,
                let output = graph.nodes[next].output(0)
            else { return false }
            current = output
        }
        return false
    }

    /// Relu, or Clip with constant bounds.
    func isActivation(_ node: Node) -> Bool {
        if node.op == "Relu" { return true }
        return node.op == "Clip"
            && node.inputs.dropFirst().allSatisfy { $0.map { graph.initializers[$0] != nil } ?? true }
    }
}
