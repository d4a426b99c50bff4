import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Which values carry scales, once every node is decided.
extension Planner {
    func assemble() -> QuantizationPlan {
        var plan = QuantizationPlan(
            decisions: graph.nodes.indices.map { position in
                NodeDecision(
                    node: graph.nodes[position].label, operatorType: graph.nodes[position].op.type,
                    outcome: outcomes[position] ?? .float(reason: "not reached"))
            })
        for position in order {
            switch outcomes[position] {
            case .quantized?: add(quantized: position, to: &plan)
            case .movesCodes?: add(movement: position, to: &plan)
            default: break
            }
        }
        return plan
    }

    private func add(quantized position: Int, to plan: inout QuantizationPlan) {
        let node = graph.nodes[position]
        let rule = rule(position)
        for (input, name) in node.inputs.enumerated() {
            guard let name else { continue }
            let isConstant = graph.initializers[name] != nil
            switch rule.role(ofInput: input) {
            case .weight(let axis) where isConstant:
                plan.weights.append(
                    .init(
                        position: position, input: input, name: name, axis: outputAxis(axis, of: name, node),
                        result: index.onlyConsumer(of: name) != nil ? results[position] : nil))
            // The number that a function of single elements takes beside its variable is exact in the table.
            case .activation where isConstant && pointwiseInput(position) != nil: break
            case .activation where isConstant:
                let shared = rule.outputs == .sharedScale ? results[position] : nil
                plan.constants.append(.init(position: position, input: input, name: name, sharesScaleOf: shared))
            case .weight, .activation: plan.require(name)
            case .bias(let activation, let weight) where isConstant:
                plan.biases.append(
                    .init(position: position, input: input, name: name, activation: activation, weight: weight))
            case .bias, .untouched: break
            }
        }
        if rule.outputs == .float { plan.floatResults.formUnion(node.outputs.compactMap { $0 }) }
        guard let result = results[position] else { return }
        plan.require(result)
        switch rule.outputs {
        case .fixed(let low, let high): plan.fixedRanges[result] = Double(low)...Double(high)
        case .sharedScale: share(scaleOf: result, with: node.inputs.compactMap { $0 }, &plan)
        case .calibrated, .sameScale, .float: break
        }
    }

    /// The axis of a weight that counts output channels. MatMul takes constants of any rank; its channels are the columns,
    /// and a vector has none.
    private func outputAxis(_ axis: Int, of name: ValueName, _ node: Node) -> Int? {
        guard let rank = graph.initializers[name]?.shape.rank, rank >= 2 else { return nil }
        let actual = node.op == "MatMul" ? rank - 1 : axis
        return actual < rank ? actual : nil
    }

    /// Inputs that only this node reads take the result's scale, so that nothing needs to be rescaled.
    private func share(scaleOf result: ValueName, with inputs: [ValueName], _ plan: inout QuantizationPlan) {
        for input in inputs where graph.initializers[input] == nil {
            plan.joinedValues.insert(input)
            guard index.onlyConsumer(of: input) != nil, plan.parametersFrom[input] == nil,
                plan.fixedRanges[input] == nil
            else { continue }
            plan.parametersFrom[input] = result
        }
    }

    /// Further outputs may be indices or masks, which are no reals.
    private func add(movement position: Int, to plan: inout QuantizationPlan) {
        guard let input = graph.nodes[position].input(0) else { return }
        plan.require(input)
        for case let output? in graph.nodes[position].outputs where isFloat(output) && index.isUsed(output) {
            plan.require(output)
            plan.parametersFrom[output] = input
        }
    }
}

extension QuantizationPlan {
    mutating func require(_ value: ValueName) {
        if quantizedValues.insert(value).inserted { calibratedValues.append(value) }
    }
}
