import BitdepthGraphs

/// One place at which quantization adds noise.
enum NoiseSource: Hashable, Sendable {
    /// A value that is rounded to codes. What moves codes about adds nothing, so this is the value in front of it.
    case value(ValueName)
    /// The constants of the node at a position: its weight and bias, or the constant operands of an elementwise node.
    case constants(Int)
}

/// The noise sources of plans for one graph.
struct NoiseSources {
    /// For each value that only moves codes in the first plan, the value that it comes from.
    private let origins: [ValueName: ValueName]

    /// - Parameter plan: The first plan, in which most is quantized.
    init(_ graph: Graph, _ plan: QuantizationPlan) {
        var origins: [ValueName: ValueName] = [:]
        for (position, node) in graph.nodes.enumerated() where plan.decisions[position].outcome == .movesCodes {
            guard let input = node.input(0) else { continue }
            for case let output? in node.outputs { origins[output] = input }
        }
        self.origins = origins
    }

    func origin(of value: ValueName) -> ValueName {
        var current = value
        // A chain is at most as long as there are values; a circle cannot arise, the bound is for certainty.
        for _ in 0...origins.count {
            guard let next = origins[current] else { return current }
            current = next
        }
        return current
    }

    /// In the order of the plan.
    func all(in plan: QuantizationPlan) -> [NoiseSource] {
        var seen: Set<NoiseSource> = []
        let values = plan.calibratedValues.map { NoiseSource.value(origin(of: $0)) }
        let constants = (plan.weights.map(\.position) + plan.constants.map(\.position)).sorted()
        return (values + constants.map(NoiseSource.constants)).filter { seen.insert($0).inserted }
    }
}

extension QuantizationPlan {
    /// The plan with the quantization of one source alone; bodies stay as they are in the float graph.
    func only(_ source: NoiseSource) -> QuantizationPlan {
        var plan = self
        plan.bodies = []
        plan.calibratedValues = []
        plan.quantizedValues = []
        switch source {
        case .value(let value):
            plan.require(value)
            plan.weights = []
            plan.constants = []
            plan.biases = []
        case .constants(let position):
            plan.weights.removeAll { $0.position != position }
            plan.constants.removeAll { $0.position != position }
            plan.biases.removeAll { $0.position != position }
        }
        return plan
    }
}
