import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// The activation that FusedConv and FusedGemm apply to their sums: a function by name, with its numbers in order.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.FusedConv-1 and FusedGemm-1.
public struct FusedActivation: Sendable {
    public enum Function: Sendable {
        case none
        /// An operator of ONNX that reads its numbers from attributes.
        case unary(any UnaryOperator, attributes: OrderedDictionary<String, Attribute>)
        /// Bounds are infinite where there are none.
        case clip(low: Float, high: Float)
    }

    public let function: Function

    /// - Parameters:
    ///   - name: `nil` or empty where there is none.
    ///   - parameters: By the names that the operator's own attributes have; what is left out keeps its default.
    init(_ name: String?, _ parameters: [Float?], _ attributes: AttributeReader) throws(BitdepthError) {
        guard let name, !name.isEmpty else {
            function = .none
            return
        }
        if name == "Clip" {
            function = .clip(
                low: parameters.first.flatMap { $0 } ?? -.infinity,
                high: parameters.dropFirst().first.flatMap { $0 } ?? .infinity)
            return
        }
        guard let (type, names) = FusedActivation.functions[name] else {
            let known = (FusedActivation.functions.keys + ["Clip"]).sorted().joined(separator: ", ")
            throw attributes.invalid("activation", "is \"\(name)\"; allowed are \(known)")
        }
        var node = Node(type.signature.name, inputs: [nil], outputs: [nil])
        for (name, value) in zip(names, parameters) {
            if let value { node.attributes[name] = .float(value) }
        }
        function = .unary(try type.init(AttributeReader(node)), attributes: node.attributes)
    }

    func apply(_ x: Double) -> Double {
        switch function {
        case .none: x
        case .unary(let op, _): op.apply(x)
        case .clip(let low, let high): min(max(x, Double(low)), Double(high))
        }
    }

    /// The operator of each name, and what its numbers are called there.
    private static let functions: [String: (any UnaryOperator.Type, [String])] = [
        "Elu": (Elu.self, ["alpha"]),
        "HardSigmoid": (HardSigmoid.self, ["alpha", "beta"]),
        "HardSwish": (HardSwish.self, []),
        "LeakyRelu": (LeakyRelu.self, ["alpha"]),
        "Relu": (Relu.self, []),
        "Selu": (Selu.self, ["alpha", "gamma"]),
        "Sigmoid": (Sigmoid.self, []),
        "Softplus": (Softplus.self, []),
        "Softsign": (Softsign.self, []),
        "Tanh": (Tanh.self, []),
        "ThresholdedRelu": (ThresholdedRelu.self, ["alpha"]),
    ]
}
