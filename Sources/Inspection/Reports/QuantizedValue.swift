import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A value that is held as codes: what its QuantizeLinear or DequantizeLinear says of it.
public struct QuantizedValue: Sendable, Equatable {
    /// What people call it: the value that was quantized, or the codes where they are constant.
    public var name: String
    /// The name of the codes in the graph.
    public var codes: String
    public var kind: Kind
    public var element: ElementType
    public var shape: PartialShape
    /// One for all, or one along `axis`. Empty where the graph computes them.
    public var scales: [Float]
    public var zeroPoints: [Int]
    public var axis: Int?

    public enum Kind: String, Sendable {
        case weight, bias, activation
    }

    /// The reals that the codes can stand for: those of the smallest and the largest code, over all channels.
    public var range: ClosedRange<Double>? {
        guard let codes = element.integerRange, !scales.isEmpty else { return nil }
        var (low, high) = (Double.infinity, -Double.infinity)
        for (channel, scale) in scales.enumerated() {
            let zero = Double(zeroPoints.count == scales.count ? zeroPoints[channel] : zeroPoints.first ?? 0)
            low = min(low, (Double(codes.lowerBound) - zero) * Double(scale))
            high = max(high, (Double(codes.upperBound) - zero) * Double(scale))
        }
        return low <= high ? low...high : nil
    }

    public var isPerChannel: Bool { scales.count > 1 }

    /// All values that a graph holds as codes, each once, in the graph's order.
    ///
    /// - Parameter areNamedByCodes: Whether codes are what the file names: that of a graph which was written with QLinearConv
    ///   and its kin.
    public static func all(
        in graph: Graph, facts: [ValueName: Fact], areNamedByCodes: Bool = false
    ) -> [QuantizedValue] {
        var seen: Set<ValueName> = []
        var values: [QuantizedValue] = []
        for node in graph.nodes where node.op == "QuantizeLinear" || node.op == "DequantizeLinear" {
            let codes = node.op == "QuantizeLinear" ? node.output(0) : node.input(0)
            guard let codes, seen.insert(codes).inserted else { continue }
            var value = QuantizedValue(node, codes, graph, facts)
            if areNamedByCodes { value.name = codes.text }
            values.append(value)
        }
        return values
    }

    private init(_ node: Node, _ codes: ValueName, _ graph: Graph, _ facts: [ValueName: Fact]) {
        let scale = node.input(1).flatMap { QuantizedValue.parameters($0, graph, facts) }
        let zero = node.input(2).flatMap { QuantizedValue.parameters($0, graph, facts) }
        let type = facts[codes]?.type ?? graph.initializers[codes].map { TensorType(of: $0) }
        let constant = graph.initializers[codes]
        self.codes = codes.text
        name = node.op == "QuantizeLinear" ? node.input(0)?.text ?? codes.text : codes.text
        element = type?.element ?? zero?.type ?? .uint8
        shape = type?.shape ?? .unknown
        kind = constant == nil ? .activation : element == .int32 ? .bias : .weight
        scales = (try? scale?.floats()) ?? []
        zeroPoints = (try? zero?.integers()) ?? [0]
        axis = nil
        guard scales.count > 1 else { return }
        let rank = shape.rank ?? 0
        if case .int(let given)? = node.attributes["axis"] { axis = given < 0 ? given + rank : given } else { axis = 1 }
    }

    /// Scales or zero points; lists that are longer than any axis of channels are not read.
    private static func parameters(_ name: ValueName, _ graph: Graph, _ facts: [ValueName: Fact]) -> Tensor? {
        let tensor = graph.initializers[name] ?? facts[name]?.constant
        return tensor.flatMap { $0.count <= largestParameterCount ? $0 : nil }
    }

    private static let largestParameterCount = 1 << 16
}
