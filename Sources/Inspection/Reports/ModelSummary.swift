import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What is in a model, told without reading its weights.
public struct ModelSummary: Sendable {
    public let model: ModelGraph
    public let facts: [ValueName: Fact]
    /// Whether the graph has QuantizeLinear or DequantizeLinear nodes.
    public let isQuantized: Bool
    /// One entry per node, in the graph's order.
    public let nodes: [NodeSummary]
    /// What the graph holds as codes.
    public let values: [QuantizedValue]

    /// - Parameters:
    ///   - facts: Types of the values, as far as they are known.
    ///   - usesCodes: Whether the file was written with operators on codes (QLinearConv), which the graph has as QDQ.
    ///   - forecast: For a float model: what would become of each node, and with which schemes.
    public init(
        _ model: ModelGraph, facts: [ValueName: Fact], usesCodes: Bool = false,
        forecast: (roles: [NodeRole], schemes: PlannedSchemes)? = nil
    ) {
        let graph = model.graph
        let index = GraphIndex(graph)
        let structure = QuantizedStructure(graph, facts: facts)
        let values = QuantizedValue.all(in: graph, facts: facts, areNamedByCodes: usesCodes)
        var byCodes: [ValueName: QuantizedValue] = [:]
        for value in values { byCodes[ValueName(value.codes)] = value }
        let isQuantized = ModelSummary.isQuantized(graph)
        nodes = graph.nodes.indices.map { position in
            var role = structure.role(of: position)
            if !isQuantized, let forecast, position < forecast.roles.count, role != .indices, role != .conversion {
                role = forecast.roles[position]
            }
            return NodeSummary(
                graph.nodes[position], role: role, in: graph, index, facts: facts, values: byCodes,
                planned: isQuantized ? nil : forecast?.schemes)
        }
        self.model = model
        self.facts = facts
        self.values = values
        self.isQuantized = isQuantized
    }

    public static func isQuantized(_ graph: Graph) -> Bool {
        graph.nodes.contains { $0.op == "QuantizeLinear" || $0.op == "DequantizeLinear" }
    }

    /// Bytes and elements of all constants of the graph.
    public var constants: (bytes: Int, elements: Int) {
        var (bytes, elements) = (0, 0)
        for tensor in model.graph.initializers.values {
            bytes = bytes.saturatingSum(tensor.byteCount)
            elements = elements.saturatingSum(tensor.count)
        }
        return (bytes, elements)
    }

    /// Multiply-accumulates of one run, and those of nodes that are or would be quantized; `nil` where one is not known.
    public var multiplyAccumulates: (total: Int, quantized: Int)? {
        var (total, quantized) = (0, 0)
        for node in nodes where node.hasSums {
            guard let count = node.multiplyAccumulates else { return nil }
            total = total.saturatingSum(count)
            if node.role.isQuantized { quantized = quantized.saturatingSum(count) }
        }
        return (total, quantized)
    }

    /// Nodes that do the model's work: neither conversions between floats and codes nor shape arithmetic.
    public var computingNodes: [NodeSummary] { nodes.filter { $0.role != .conversion && $0.role != .indices } }
}

extension Int {
    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
