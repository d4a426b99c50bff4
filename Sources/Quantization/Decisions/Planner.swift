import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Decides for every node whether it computes on integers, by the rule in its operator's file and its neighbours.
///
/// Three walks: sums (operators with weights) start integer islands; then, in order, elementwise operators and pools join
/// an island that feeds them; last, backwards, those stay whose codes somebody wants, and data movement joins where codes
/// come in and codes are wanted behind. What another tool has quantized keeps its parameters.
public struct Planner {
    let graph: Graph
    let configuration: QuantizationConfiguration
    let index: GraphIndex
    let order: [Int]
    let operators: [any Operator]
    let facts: [ValueName: Fact]
    var outcomes: [NodeDecision.Outcome?]
    /// For each node the value in which its quantized result lies: that of a fused activation, or its own output.
    var results: [Int: ValueName] = [:]
    /// For each fused node the one that it runs inside of.
    var heads: [Int: Int] = [:]
    /// Whether the sum of a quantized node stays float where nobody wants codes of it.
    var leavesSumsFloat = false
    /// Sums that the gates of a recurrent cell are made of.
    var gatedSums: Set<Int> = []
    /// Outputs of the graph of which the caller wants no codes.
    var floatOutputs: Set<ValueName> = []

    /// - Parameter forcedFloat: Positions of nodes that stay float, with the reason.
    public init(
        _ graph: Graph, _ configuration: QuantizationConfiguration, facts: [ValueName: Fact],
        forcedFloat: [Int: String] = [:]
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
        keepDetectionTail()
        keepGatedStates()
        for position in order { decideByItself(position) }
        for position in order where outcomes[position] == nil { joinIsland(position) }
        for position in order.reversed() { keepWanted(position) }
        return assemble()
    }

    // MARK: First walk: what a node decides by itself

    private mutating func decideByItself(_ position: Int) {
        guard outcomes[position] == nil else { return }
        let node = graph.nodes[position]
        let rule = rule(position)
        if node.op == "QuantizeLinear" || node.op == "DequantizeLinear" {
            outcomes[position] = .alreadyQuantized
        } else if let selector = configuration.keepFloat.first(where: { $0.matches(node) }) {
            outcomes[position] = .float(reason: "kept float by \(selector.description)")
        } else if configuration.recurrent == .float, RecurrentToScan.operators.contains(node.op) {
            outcomes[position] = .float(reason: "recurrent layers stay float")
        } else if isAlreadyQuantized(position) {
            outcomes[position] = .alreadyQuantized
        } else if rule.isFloat {
            outcomes[position] = .float(reason: "\(node.op.type) has no integer form")
        } else if let reason = typeObstacle(node, rule) {
            outcomes[position] = .float(reason: reason)
        } else if isSum(position) {
            outcomes[position] = .quantized
            fuseFollowers(of: position)
        }
    }

    private func typeObstacle(_ node: Node, _ rule: QuantizationRule) -> String? {
        for (position, name) in node.inputs.enumerated() {
            guard let name, rule.role(ofInput: position) != .untouched, let element = facts[name]?.element else {
                continue
            }
            if !element.isWideFloat || element == .float64 {
                return "input \(name) is of type \(element.shortName)"
            }
        }
        guard let output = node.outputs.lazy.compactMap({ $0 }).first, isFloat(output) else {
            return "its result is not float"
        }
        return nil
    }

    // MARK: Second walk: who joins an island

    private mutating func joinIsland(_ position: Int) {
        let node = graph.nodes[position]
        let rule = rule(position)
        if case .sameScale = rule.outputs { return }
        guard activationInputs(position).contains(where: { isQuantizedResult($0) || isMovedCode($0) }) else {
            outcomes[position] = .float(reason: "no integer operator feeds it")
            return
        }
        if case .fixed = rule.outputs, node.op == "Softmax" {
            outcomes[position] = .float(reason: "Softmax needs more than 8 bits inside")
            return
        }
        if let reason = constantObstacle(position) {
            outcomes[position] = .float(reason: reason)
            return
        }
        outcomes[position] = .quantized
        fuseFollowers(of: position)
    }

    /// A constant operand is quantized with the activations' scheme, which infinities and NaN would spoil.
    private func constantObstacle(_ position: Int) -> String? {
        for name in activationInputs(position) {
            guard let constant = graph.initializers[name] else { continue }
            if constant.count == 0 { return "constant \(name) is empty" }
            guard let values = try? constant.floats(), values.allSatisfy(\.isFinite) else {
                return "constant \(name) is not finite"
            }
        }
        return nil
    }

    // MARK: Third walk, backwards, so that a chain sees that codes are wanted at its end

    private mutating func keepWanted(_ position: Int) {
        switch outcomes[position] {
        case nil:
            let comes = graph.nodes[position].input(0).map { isQuantizedResult($0) || isMovedCode($0) } ?? false
            guard comes else {
                outcomes[position] = .float(reason: "no integer operator feeds it")
                return
            }
            let wanted = graph.nodes[position].outputs.contains { $0.map(isWanted) ?? false }
            outcomes[position] = wanted ? .movesCodes : .float(reason: Planner.nobodyWants)
        case .quantized? where isSum(position):
            guard let result = results[position], leavesSumsFloat || isReadAsFloat(position, result: result),
                canLeaveSumFloat(position), !isWanted(result)
            else { return }
            results[position] = nil
        case .quantized?:
            // A sum gains by integers whoever reads it; the others only lose a rounding when floats are wanted next.
            guard let result = results[position], !isWanted(result) else { return }
            outcomes[position] = .float(reason: Planner.nobodyWants)
            for other in outcomes.indices where heads[other] == position {
                outcomes[other] = .float(reason: Planner.nobodyWants)
            }
            results[position] = nil
        default: break
        }
    }

    private static let nobodyWants = "only float operators follow"

    /// Whether codes of a value are of use to somebody: an integer operator, or the caller.
    private func isWanted(_ value: ValueName) -> Bool {
        index.outputs.contains(value) && !floatOutputs.contains(value)
            || (index.consumers[value] ?? []).contains { wantsCodes($0, value) }
    }

    private func wantsCodes(_ consumer: Int, _ value: ValueName) -> Bool {
        switch outcomes[consumer] {
        case .quantized?: activationInputs(consumer).contains(value)
        case .movesCodes?: graph.nodes[consumer].input(0) == value
        default: false
        }
    }
}
