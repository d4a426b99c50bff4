import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// What quantization would do with the nodes of a float graph: decided as for real, but without reading a weight.
///
/// Constants that are computed from constants, and affine nodes that folding would put into the weights before them, are
/// only taken out of the graph; nothing is computed.
public struct QuantizationForecast: Sendable {
    /// One outcome per node, in the graph's order. A node that vanishes is `fused(into:)` what takes its place.
    public let outcomes: [NodeDecision.Outcome]

    /// - Parameters:
    ///   - facts: What is known of the values.
    /// - Throws: What planning throws for a malformed graph.
    public init(
        _ graph: Graph, _ configuration: QuantizationConfiguration = .int8, facts: [ValueName: Fact]
    ) throws(BitdepthError) {
        // Parts of fused operators have weights of their own, which are constants only when they stand there.
        var expanded = graph
        let isExpanded = try OperatorExpansion().run(&expanded) > 0
        let facts = isExpanded ? QuantizationForecast.completed(facts, for: expanded) : facts
        var sketch = ForecastSketch(expanded, facts)
        sketch.takeOutUnknownOperators()
        sketch.takeOutConstants()
        _ = try QuantizationForecast.pipeline.run(&sketch.graph)
        sketch.takeOutAffineNodes()
        let known = QuantizationForecast.completed(facts, for: sketch.graph)
        var planner = try Planner(sketch.graph, configuration, facts: known)
        let plan = planner.plan()
        var planned: [ValueName: NodeDecision.Outcome] = [:]
        for (node, decision) in zip(sketch.graph.nodes, plan.decisions) {
            for case let output? in node.outputs { planned[output] = decision.outcome }
        }
        outcomes = graph.nodes.map { node in
            guard OperatorCatalogue.all[node.op] != nil else { return .float(reason: "the operator is not supported") }
            let outputs = node.outputs.compactMap { $0 }
            if let place = outputs.lazy.compactMap({ sketch.takenInto[$0] }).first { return .fused(into: place) }
            let outcome = outputs.lazy.compactMap { planned[sketch.newNames[$0] ?? $0] }.first
            return outcome ?? .fused(into: "its neighbours")
        }
    }

    /// The passes that quantization begins with, but for those whose work the sketch only hints at.
    private static let pipeline = PassPipeline(
        PassPipeline.inference(keepQDQ: true).passes.filter { !computesWeights($0) })

    private static func computesWeights(_ pass: any Pass) -> Bool {
        switch pass {
        case is ConstantFolding, is LinearFusion, is BatchNormFolding, is ConvMulScale, is ConvAddBias,
            is AttentionScaling, is DequantizedMovement:
            true
        default: false
        }
    }

    /// Facts of the values that passes made, too. What nobody knows the type of is taken for a float, as nearly everything is.
    private static func completed(_ facts: [ValueName: Fact], for graph: Graph) -> [ValueName: Fact] {
        var facts = facts
        let outputs = graph.nodes.flatMap { $0.outputs.compactMap { $0 } }
        if outputs.contains(where: { facts[$0] == nil }) {
            let inferred = (try? ShapeInference.facts(of: graph, tolerant: true)) ?? [:]
            facts.merge(inferred) { known, _ in known }
        }
        for output in outputs where facts[output] == nil { facts[output] = Fact(.float32, PartialShape.unknown) }
        return facts
    }
}

/// A copy of the graph from which things are taken out.
struct ForecastSketch {
    var graph: Graph
    private let facts: [ValueName: Fact]
    /// For values that vanished: what their node went into.
    private(set) var takenInto: [ValueName: String] = [:]
    /// For values that vanished although their node stayed: what the node makes now.
    private(set) var newNames: [ValueName: ValueName] = [:]

    init(_ graph: Graph, _ facts: [ValueName: Fact]) {
        self.graph = graph
        self.facts = facts
    }

    /// What an unknown operator makes comes from outside.
    mutating func takeOutUnknownOperators() {
        for node in graph.nodes where OperatorCatalogue.all[node.op] == nil {
            for case let output? in node.outputs { graph.inputs.append(Graph.Port(output, facts[output]?.type)) }
            for case let input? in node.inputs where graph.initializers[input] == nil {
                graph.outputs.append(Graph.Port(input, facts[input]?.type))
            }
        }
        graph.nodes.removeAll { OperatorCatalogue.all[$0.op] == nil }
    }

    /// What is computed from constants counts as a constant; one of them stands in for it.
    mutating func takeOutConstants() {
        guard let order = try? graph.topologicalOrder() else { return }
        var removed: Set<Int> = []
        for position in order {
            let node = graph.nodes[position]
            guard node.subgraphs.isEmpty, !node.outputs.isEmpty, node.op != "DequantizeLinear",
                let constants = constantOperands(node)
            else { continue }
            let standIns = node.outputs.compactMap { output in
                output.flatMap { standIn(for: $0, constants).map { (output, $0) } }
            }
            guard standIns.count == node.outputs.count else { continue }
            for case (let output?, let tensor) in standIns {
                graph.initializers[output] = tensor
                takenInto[output] = "a constant"
            }
            removed.insert(position)
        }
        graph.removeNodes(at: removed)
    }

    /// A constant of the right type and shape, whatever its elements.
    private func standIn(for value: ValueName, _ constants: [Tensor]) -> Tensor? {
        if let known = facts[value]?.constant { return known }
        guard let type = facts[value]?.type, let shape = type.shape.shape else { return nil }
        return constants.lazy.filter { $0.type == type.element }.compactMap { try? $0.reshaped(to: shape) }.first
    }

    private func constantOperands(_ node: Node) -> [Tensor]? {
        if node.op == "Constant" {
            if case .tensor(let tensor)? = node.attributes["value"] { return [tensor] }
            return []
        }
        let names = node.inputs.compactMap { $0 }
        let constants = names.compactMap { name in
            graph.inputs.contains { $0.name == name } ? nil : graph.initializers[name]
        }
        return names.isEmpty || constants.count != names.count ? nil : constants
    }

    /// BatchNormalization, and sums and products with constants, right behind a node with weights.
    mutating func takeOutAffineNodes() {
        var isChanged = true
        while isChanged {
            let index = GraphIndex(graph)
            var removed: Set<Int> = []
            var touched: Set<Int> = []
            for position in graph.nodes.indices {
                guard let linear = linearNode(before: position, index), touched.insert(linear).inserted,
                    let output = graph.nodes[position].output(0), let input = graph.nodes[linear].output(0)
                else { continue }
                takenInto[output] = graph.nodes[linear].label
                // The value that readers know stays.
                newNames[input] = output
                graph.nodes[linear].outputs[0] = output
                removed.insert(position)
            }
            graph.removeNodes(at: removed)
            isChanged = !removed.isEmpty
        }
        for (old, new) in newNames {
            var last = new
            while let next = newNames[last] { last = next }
            newNames[old] = last
        }
    }

    /// The node with weights that the node at `position`, an affine one, would be folded into.
    private func linearNode(before position: Int, _ index: GraphIndex) -> Int? {
        let node = graph.nodes[position]
        guard let linearOperators = ForecastSketch.foldableInto[node.op],
            let value = node.inputs.lazy.compactMap({ $0 }).first(where: { index.producer[$0] != nil }),
            let linear = index.producer[value], linearOperators.contains(graph.nodes[linear].op),
            index.onlyConsumer(of: value) == position,
            node.inputs.allSatisfy({ name in name.map { $0 == value || graph.initializers[$0] != nil } ?? true }),
            let weight = graph.nodes[linear].input(1), graph.initializers[weight] != nil
        else { return nil }
        return linear
    }

    private static let foldableInto: [OperatorName: Set<OperatorName>] = [
        "BatchNormalization": ["Conv", "ConvTranspose", "Gemm", "MatMul"],
        "Add": ["Conv", "ConvTranspose", "MatMul"],
        "Mul": ["Conv", "ConvTranspose"],
    ]
}
