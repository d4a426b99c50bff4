import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Decides for every node whether it computes on integers, by the rule in its operator's file and its neighbours.
///
/// Three walks: sums (operators with weights) start integer islands; then, in order, elementwise operators and pools join
/// an island that feeds them; last, data movement joins where codes come in and codes are wanted behind.
public struct Planner {
    private let graph: Graph
    private let configuration: QuantizationConfiguration
    private let index: GraphIndex
    private let order: [Int]
    private let operators: [any Operator]
    private let facts: [ValueName: Fact]
    private var outcomes: [NodeDecision.Outcome?]
    /// For each node the value in which its quantized result lies: that of a fused activation, or its own output.
    private var results: [Int: ValueName] = [:]

    /// - Parameter forcedFloat: Positions of nodes that stay float, with the reason.
    public init(
        _ graph: Graph, _ configuration: QuantizationConfiguration, facts: [ValueName: Fact], forcedFloat: [Int: String] = [:]
    ) throws(BitdepthError) {
        self.graph = graph
        self.configuration = configuration
        self.facts = facts
        index = GraphIndex(graph)
        order = try graph.topologicalOrder()
        var operators: [any Operator] = []
        for node in graph.nodes { operators.append(try OperatorCatalogue.all.decode(node)) }
        self.operators = operators
        outcomes = graph.nodes.indices.map { position in forcedFloat[position].map { .float(reason: $0) } }
    }

    public mutating func plan() -> QuantizationPlan {
        for position in order { decideByItself(position) }
        for position in order where outcomes[position] == nil { joinIsland(position) }
        joinMovement()
        return assemble()
    }

    // MARK: First walk: what a node decides by itself

    private mutating func decideByItself(_ position: Int) {
        guard outcomes[position] == nil else { return }
        let node = graph.nodes[position]
        let rule = operators[position].quantization
        if node.op == "QuantizeLinear" || node.op == "DequantizeLinear" {
            outcomes[position] = .alreadyQuantized
        } else if let selector = configuration.keepFloat.first(where: { $0.matches(node) }) {
            outcomes[position] = .float(reason: "kept float by \(selector.description)")
        } else if isAlreadyQuantized(node) {
            outcomes[position] = .alreadyQuantized
        } else if rule.isFloat {
            outcomes[position] = .float(reason: "\(node.op.type) has no integer form")
        } else if let reason = typeObstacle(node, rule) {
            outcomes[position] = .float(reason: reason)
        } else if startsIsland(node, rule) {
            outcomes[position] = .quantized
            fuseActivation(after: position, rule)
        }
    }

    /// Reads floats that were codes before, or feeds a QuantizeLinear: another tool's work, which is kept.
    private func isAlreadyQuantized(_ node: Node) -> Bool {
        let readsCodes = node.inputs.contains { name in
            name.flatMap { index.producer[$0] }.map { graph.nodes[$0].op == "DequantizeLinear" } ?? false
        }
        let feedsCodes = node.outputs.contains { name in
            name.map { output in (index.consumers[output] ?? []).contains { graph.nodes[$0].op == "QuantizeLinear" } } ?? false
        }
        return readsCodes || feedsCodes
    }

    private func typeObstacle(_ node: Node, _ rule: QuantizationRule) -> String? {
        for (position, name) in node.inputs.enumerated() {
            guard let name, rule.role(ofInput: position) != .untouched, let element = facts[name]?.element else { continue }
            if !element.isFloatingPoint || element == .float64 { return "input \(name) is of type \(element.shortName)" }
        }
        guard let output = node.output(0), facts[output]?.element.isFloatingPoint ?? false else {
            return "its result is not float"
        }
        return nil
    }

    /// Operators with a weight start islands, and so do products of two activations.
    private func startsIsland(_ node: Node, _ rule: QuantizationRule) -> Bool {
        let hasWeightRole = rule.inputs.contains { if case .weight = $0 { true } else { false } }
        return hasWeightRole
    }

    private mutating func fuseActivation(after position: Int, _ rule: QuantizationRule) {
        guard let output = graph.nodes[position].output(0) else { return }
        results[position] = output
        guard rule.fusesActivation, let consumer = index.onlyConsumer(of: output), outcomes[consumer] == nil,
            isFusableActivation(consumer), let result = graph.nodes[consumer].output(0)
        else { return }
        outcomes[consumer] = .fused(into: graph.nodes[position].label)
        results[position] = result
    }

    private func isFusableActivation(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        guard !configuration.keepFloat.contains(where: { $0.matches(node) }) else { return false }
        if node.op == "Relu" { return true }
        return node.op == "Clip" && node.inputs.dropFirst().allSatisfy { $0.map { graph.initializers[$0] != nil } ?? true }
    }

    // MARK: Second walk: who joins an island

    private mutating func joinIsland(_ position: Int) {
        let node = graph.nodes[position]
        let rule = operators[position].quantization
        if case .sameScale = rule.outputs { return }
        let activations = activationInputs(position)
        guard activations.contains(where: { isQuantizedResult($0) || isMovedCode($0) }) else {
            outcomes[position] = .float(reason: "no integer operator feeds it")
            return
        }
        if case .sharedScale = rule.outputs, let reason = concatenationObstacle(activations) {
            outcomes[position] = .float(reason: reason)
            return
        }
        if case .fixed = rule.outputs, node.op == "Softmax" {
            outcomes[position] = .float(reason: "Softmax needs more than 8 bits inside")
            return
        }
        if activations.contains(where: { graph.initializers[$0] != nil }) && node.inputs.count > 1 && rule == .binary {
            outcomes[position] = .float(reason: "an operand is constant")
            return
        }
        outcomes[position] = .quantized
        fuseActivation(after: position, rule)
    }

    private func activationInputs(_ position: Int) -> [ValueName] {
        let node = graph.nodes[position]
        let rule = operators[position].quantization
        return node.inputs.enumerated().compactMap { index, name in
            guard let name else { return nil }
            switch rule.role(ofInput: index) {
            case .activation: return name
            case .weight: return graph.initializers[name] == nil ? name : nil
            case .bias, .untouched: return nil
            }
        }
    }

    /// Whether a value is the result of a node that computes on integers.
    private func isQuantizedResult(_ name: ValueName) -> Bool {
        guard let producer = index.producer[name] else { return false }
        switch outcomes[producer] {
        case .quantized?: return results[producer] == name
        case .fused?: return true
        default: return false
        }
    }

    /// Whether a value is a quantized result behind data movement.
    private func isMovedCode(_ name: ValueName) -> Bool {
        var current = name
        while let producer = index.producer[current], outcomes[producer] == nil || outcomes[producer] == .movesCodes,
            case .sameScale(let from) = operators[producer].quantization.outputs, let source = graph.nodes[producer].input(from) {
            if isQuantizedResult(source) { return true }
            current = source
        }
        return false
    }

    /// Parts that are forced onto one scale must not differ wildly; only what is known without data is judged here.
    private func concatenationObstacle(_ inputs: [ValueName]) -> String? {
        inputs.contains { graph.initializers[$0] != nil } ? "an operand is constant" : nil
    }

    // MARK: Third walk: data movement

    private mutating func joinMovement() {
        // Backwards, so that a chain of movements sees that codes are wanted at its end.
        for position in order.reversed() where outcomes[position] == nil {
            let node = graph.nodes[position]
            let outputs = node.outputs.compactMap { $0 }
            let wanted = outputs.contains { output in
                (index.consumers[output] ?? []).contains { wantsCodes($0, output) }
            }
            let comes = node.input(0).map { isQuantizedResult($0) || isMovedCode($0) } ?? false
            outcomes[position] = wanted && comes
                ? .movesCodes : .float(reason: comes ? "only float operators follow" : "no integer operator feeds it")
        }
    }

    private func wantsCodes(_ consumer: Int, _ value: ValueName) -> Bool {
        switch outcomes[consumer] {
        case .quantized?: activationInputs(consumer).contains(value)
        case .movesCodes?: graph.nodes[consumer].input(0) == value
        default: false
        }
    }

    // MARK: Assembly

    private func assemble() -> QuantizationPlan {
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
        let rule = operators[position].quantization
        for (input, name) in node.inputs.enumerated() {
            guard let name else { continue }
            switch rule.role(ofInput: input) {
            case .weight(let axis) where graph.initializers[name] != nil:
                plan.weights.append(.init(position: position, input: input, name: name, axis: axis))
            case .weight, .activation: plan.require(name)
            case .bias(let activation, let weight) where graph.initializers[name] != nil:
                plan.biases.append(.init(position: position, input: input, name: name, activation: activation, weight: weight))
            case .bias, .untouched: break
            }
        }
        guard let result = results[position] else { return }
        plan.require(result)
        switch rule.outputs {
        case .fixed(let low, let high): plan.fixedRanges[result] = Double(low)...Double(high)
        case .sharedScale: share(scaleOf: result, with: node.inputs.compactMap { $0 }, &plan)
        case .calibrated, .sameScale, .float: break
        }
    }

    /// Inputs that only this node reads take the result's scale, so that nothing needs to be rescaled.
    private func share(scaleOf result: ValueName, with inputs: [ValueName], _ plan: inout QuantizationPlan) {
        for input in inputs where index.onlyConsumer(of: input) != nil && plan.parametersFrom[input] == nil
            && plan.fixedRanges[input] == nil {
            plan.parametersFrom[input] = result
        }
    }

    private func add(movement position: Int, to plan: inout QuantizationPlan) {
        guard let input = graph.nodes[position].input(0) else { return }
        plan.require(input)
        for case let output? in graph.nodes[position].outputs {
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
