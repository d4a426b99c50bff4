import BitdepthQuantization

/// In what a node computes, or would compute once the model is quantized.
public enum NodeRole: Sendable, Equatable {
    /// On integers, with exact sums.
    case integer
    /// Inside another node: an activation in an integer kernel, a BatchNormalization in the weights before it.
    case fused(into: String)
    /// Codes are only moved about.
    case movesCodes
    /// Between floats and codes: QuantizeLinear, DequantizeLinear and their like.
    case conversion
    /// Not on reals at all: shapes, indices, truth values.
    case indices
    case float(reason: String)

    /// What quantization would do.
    public init(_ outcome: NodeDecision.Outcome) {
        self =
            switch outcome {
            case .quantized, .alreadyQuantized: .integer
            case .fused(let node): .fused(into: node)
            case .movesCodes: .movesCodes
            case .float(let reason): .float(reason: reason)
            }
    }

    /// Whether the node counts as quantized.
    public var isQuantized: Bool {
        switch self {
        case .integer, .fused, .movesCodes: true
        case .conversion, .indices, .float: false
        }
    }

    public var reason: String? {
        if case .float(let reason) = self { reason } else { nil }
    }

    /// One word for tables.
    public var name: String {
        switch self {
        case .integer: "integer"
        case .fused: "fused"
        case .movesCodes: "moves codes"
        case .conversion: "conversion"
        case .indices: "indices"
        case .float: "float"
        }
    }

    /// `fused into /features/0/Conv`, `float: no integer operator feeds it`
    public var summary: String {
        switch self {
        case .fused(let node): "fused into \(node)"
        case .float(let reason): "float: \(reason)"
        default: name
        }
    }
}
