import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What there is to say about one node of a model.
public struct NodeSummary: Sendable, Equatable {
    public var node: String
    /// The operator with its domain; depthwise convolutions are a kind of their own: `Conv dw`.
    public var kind: String
    public var role: NodeRole
    /// `nil` where shapes are unknown, or for operators without sums.
    public var multiplyAccumulates: Int?
    public var hasSums: Bool
    /// Bytes of the constants that the node reads, scales and zero points included.
    public var constantBytes: Int
    /// `w int8 per channel · a uint8`, `nil` for nodes that are not quantized.
    public var scheme: String?
    public var output: TensorType?
}

extension NodeSummary {
    /// - Parameter planned: The weights' and activations' schemes that a float model is looked at with; `nil` for a
    ///   quantized one, whose own are told.
    init(
        _ node: Node, role: NodeRole, in graph: Graph, _ index: GraphIndex, facts: [ValueName: Fact],
        values: [ValueName: QuantizedValue], planned: PlannedSchemes?
    ) {
        self.node = node.label
        kind = NodeSummary.kind(node, facts)
        self.role = role
        hasSums = MultiplyAccumulates.areCounted(node.op)
        multiplyAccumulates = MultiplyAccumulates.count(node, facts: facts)
        output = node.output(0).flatMap { facts[$0]?.type }
        let operands = NodeSummary.operands(of: node, in: graph, index)
        constantBytes = operands.reduce(0) { $0 + $1.bytes }
        guard role.isQuantized else { return }
        if let planned {
            if case .fused = role { return }
            scheme = planned.text(hasWeights: operands.contains { $0.isWeight })
        } else {
            scheme = NodeSummary.scheme(operands.compactMap { $0.codes.flatMap { values[$0] } })
        }
    }

    private static func kind(_ node: Node, _ facts: [ValueName: Fact]) -> String {
        guard node.op == "Conv", case .int(let group)? = node.attributes["group"], group > 1,
            let weight = node.input(1).flatMap({ facts[$0]?.dimensions }), weight.count > 1, weight[1] == .known(1)
        else { return node.op.description }
        return "Conv dw"
    }

    // MARK: Operands

    private struct Operand {
        var bytes = 0
        /// The codes behind a DequantizeLinear.
        var codes: ValueName?
        /// A constant that counts as weight: more than a vector.
        var isWeight = false
    }

    private static func operands(of node: Node, in graph: Graph, _ index: GraphIndex) -> [Operand] {
        node.inputs.compactMap { name in
            guard let name else { return nil }
            if let constant = graph.initializers[name] {
                return Operand(bytes: constant.byteCount, isWeight: constant.shape.rank > 1)
            }
            guard let producer = index.producer[name], graph.nodes[producer].op == "DequantizeLinear",
                let codes = graph.nodes[producer].input(0)
            else { return nil }
            let isConstant = graph.initializers[codes] != nil
            let parts = graph.nodes[producer].inputs.compactMap { $0.flatMap { graph.initializers[$0] } }
            return Operand(bytes: isConstant ? parts.reduce(0) { $0 + $1.byteCount } : 0, codes: codes)
        }
    }

    private static func scheme(_ values: [QuantizedValue]) -> String? {
        var parts: [String] = []
        for value in values where value.kind == .weight {
            parts.append("w \(value.element.rawValue) \(value.isPerChannel ? "per channel" : "per tensor")")
        }
        for value in values where value.kind == .activation { parts.append("a \(value.element.rawValue)") }
        var seen: Set<String> = []
        let distinct = parts.filter { seen.insert($0).inserted }
        return distinct.isEmpty ? nil : distinct.joined(separator: " · ")
    }
}

/// The schemes that a float model would be quantized with.
public struct PlannedSchemes: Sendable {
    public var weights: QuantizationScheme
    public var activations: QuantizationScheme

    public init(weights: QuantizationScheme, activations: QuantizationScheme) {
        self.weights = weights
        self.activations = activations
    }

    func text(hasWeights: Bool) -> String {
        let sharing =
            switch weights.granularity {
            case .perTensor: "per tensor"
            case .perChannel: "per channel"
            case .perBlock(let size): "per block of \(size)"
            }
        let activation = "a \(activations.elementType.rawValue)"
        return hasWeights ? "w \(weights.elementType.rawValue) \(sharing) · \(activation)" : activation
    }
}
