import BitdepthTensors

/// A constant that a node carries beside its inputs.
public enum Attribute: Sendable, Equatable {
    case int(Int)
    case float(Float)
    /// Bytes that are text in nearly every operator.
    case string([UInt8])
    case tensor(Tensor)
    indirect case graph(Graph)
    case ints([Int])
    case floats([Float])
    case strings([[UInt8]])
    case tensors([Tensor])
    case graphs([Graph])
    /// A kind that Bitdepth does not read (sparse tensors, types); its encoded bytes are written back as they came.
    case opaque([UInt8])

    public static func text(_ text: String) -> Attribute { .string(Array(text.utf8)) }
}
