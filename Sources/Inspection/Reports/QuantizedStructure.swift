import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Reads from a graph's QuantizeLinear and DequantizeLinear nodes what computes on integers, and why the rest does not.
///
/// This is what the file says; what a machine's kernels make of it is the compiled program's to tell.
public struct QuantizedStructure: Sendable {
    private let graph: Graph
    private let index: GraphIndex
    private let facts: [ValueName: Fact]

    public init(_ graph: Graph, facts: [ValueName: Fact]) {
        self.graph = graph
        self.facts = facts
        index = GraphIndex(graph)
    }

    /// One role per node, in the graph's order.
    public var roles: [NodeRole] { graph.nodes.indices.map(role) }

    public func role(of position: Int) -> NodeRole {
        let node = graph.nodes[position]
        if QuantizedStructure.conversions.contains(node.op) { return .conversion }
        guard let type = OperatorCatalogue.all[node.op], let rule = try? type.init(AttributeReader(node)).quantization
        else {
            return .float(reason: "the operator is not supported")
        }
        if worksOnIndices(node) { return .indices }
        let floats = realInputs(node, rule).filter { !isDequantized($0) }
        if let into = fusedInto(position) { return .fused(into: into) }
        if rule.isFloat { return .float(reason: "\(node.op.type) has no integer form") }
        if let value = floats.first(where: { !isConstant($0) }) {
            return .float(reason: "reads \(describe(value)) as float")
        }
        if let constant = floats.first { return .float(reason: "its constant \"\(constant)\" is float") }
        if case .sameScale = rule.outputs {
            return feedsQuantization(node) ? .movesCodes : .float(reason: "only float operators follow")
        }
        if feedsQuantization(node) || isBeforeFusedActivation(position) || hasWeights(rule) { return .integer }
        return .float(reason: "its result is not quantized")
    }

    // MARK: Neighbours

    private func isDequantized(_ name: ValueName) -> Bool {
        index.producer[name].map { graph.nodes[$0].op == "DequantizeLinear" } ?? false
    }

    private func isConstant(_ name: ValueName) -> Bool {
        graph.initializers[name] != nil || facts[name]?.constant != nil
    }

    private func feedsQuantization(_ node: Node) -> Bool {
        let consumers = node.outputs.flatMap { $0.flatMap { index.consumers[$0] } ?? [] }
        return !consumers.isEmpty && consumers.allSatisfy { graph.nodes[$0].op == "QuantizeLinear" }
    }

    /// Operands that are real numbers and would have to be codes: activations, and weights even where they are constant.
    private func realInputs(_ node: Node, _ rule: QuantizationRule) -> [ValueName] {
        node.inputs.enumerated().compactMap { position, name in
            guard let name, facts[name]?.element.isFloatingPoint ?? true else { return nil }
            return switch rule.role(ofInput: position) {
            case .activation, .weight: name
            case .bias, .untouched: nil
            }
        }
    }

    /// The node whose kernel a Relu or Clip runs in.
    private func fusedInto(_ position: Int) -> String? {
        let node = graph.nodes[position]
        guard node.op == "Relu" || node.op == "Clip", let value = node.input(0),
            index.onlyConsumer(of: value) == position,
            let producer = index.producer[value], feedsQuantization(node), isIntegerCore(producer)
        else { return nil }
        return graph.nodes[producer].label
    }

    private func isBeforeFusedActivation(_ position: Int) -> Bool {
        guard let output = graph.nodes[position].output(0), let consumer = index.onlyConsumer(of: output) else {
            return false
        }
        return fusedInto(consumer) != nil
    }

    /// Whether a node reads codes alone and lets an activation run in its kernel.
    private func isIntegerCore(_ position: Int) -> Bool {
        let node = graph.nodes[position]
        guard let rule = rule(node), rule.fusesActivation else { return false }
        return realInputs(node, rule).allSatisfy(isDequantized)
    }

    private func rule(_ node: Node) -> QuantizationRule? {
        OperatorCatalogue.all[node.op].flatMap { try? $0.init(AttributeReader(node)).quantization }
    }

    private func hasWeights(_ rule: QuantizationRule) -> Bool {
        rule.inputs.contains { if case .weight = $0 { true } else { false } }
    }

    private func worksOnIndices(_ node: Node) -> Bool {
        guard let output = node.output(0), let element = facts[output]?.element else { return false }
        return !element.isFloatingPoint
    }

    /// `x` where it comes from outside, else with the operator that makes it.
    private func describe(_ value: ValueName) -> String {
        guard let producer = index.producer[value] else { return "\"\(value)\"" }
        return "\"\(value)\" (\(graph.nodes[producer].op.type))"
    }

    private static let conversions: Set<OperatorName> = ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"]
}
