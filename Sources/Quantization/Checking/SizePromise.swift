import BitdepthGraphs
import BitdepthTensors

/// How large a quantized file should be: what its scheme promises, and which weights do not keep to it.
public struct SizePromise: Sendable, Hashable {
    /// Bytes of all weights at the scheme's bit width, of everything else, and of names and structure.
    public var bytes: Int
    /// Weights of at least two axes that stay float in the quantized graph, largest first.
    public var floatWeights: [FloatWeight]

    public struct FloatWeight: Sendable, Hashable {
        public var name: ValueName
        public var bytes: Int
        /// The node that reads it.
        public var node: String
        public var operatorType: String
    }

    /// Names, shapes and attributes of a node, and two inserted nodes for each value that carries codes.
    private static let bytesPerNode = 160
    private static let bytesPerQuantizedValue = 400
    /// Scale, zero point and bias of a channel.
    private static let bytesPerChannel = 4 + 1 + 4

    /// - Parameter float: The float graph after passes.
    public init(_ float: Graph, _ plan: QuantizationPlan, _ configuration: QuantizationConfiguration) {
        let axes = Dictionary(plan.weights.map { ($0.name, $0.axis) }, uniquingKeysWith: { first, _ in first })
        let index = GraphIndex(float)
        var bytes =
            float.nodes.count * SizePromise.bytesPerNode + plan.quantizedValues.count
            * SizePromise.bytesPerQuantizedValue
        var kept: [FloatWeight] = []
        for (name, tensor) in float.initializers {
            let isWeight = tensor.type.isWideFloat && tensor.shape.rank >= 2
            guard isWeight || axes[name] != nil else {
                bytes += tensor.byteCount + SizePromise.bytesPerNode
                continue
            }
            bytes += (tensor.count * configuration.weights.bits + 7) / 8 + SizePromise.bytesPerQuantizedValue
            bytes +=
                SizePromise.channels(of: tensor, axis: axes[name].flatMap { $0 } ?? 0) * SizePromise.bytesPerChannel
            guard axes[name] == nil, let reader = index.consumers[name]?.first else { continue }
            let node = float.nodes[reader]
            kept.append(FloatWeight(name: name, bytes: tensor.byteCount, node: node.label, operatorType: node.op.type))
        }
        self.bytes = bytes
        floatWeights = kept.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    }

    /// Whether a file of so many bytes is larger than promised, by more than structure can explain.
    public func isBroken(byFileOf size: Int) -> Bool { Double(size) > Double(bytes) * 1.1 + 4096 }

    private static func channels(of tensor: Tensor, axis: Int?) -> Int {
        guard let axis, axis >= 0, axis < tensor.shape.rank else { return 1 }
        return tensor.shape[axis]
    }
}
