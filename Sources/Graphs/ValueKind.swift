/// What flows along an edge: nearly always one tensor, in some graphs a list of tensors, or a value that may be absent.
///
/// Source: ONNX IR specification, "Types".
public enum ValueKind: Sendable, Hashable {
    case tensor
    /// A list of tensors of one element type; their shapes may differ.
    case sequence
    /// A tensor that may be absent.
    case optional
    /// A list of tensors that may be absent.
    case optionalSequence

    public var isOptional: Bool { self == .optional || self == .optionalSequence }
    public var isSequence: Bool { self == .sequence || self == .optionalSequence }

    public init(isSequence: Bool, isOptional: Bool) {
        self =
            switch (isSequence, isOptional) {
            case (false, false): .tensor
            case (true, false): .sequence
            case (false, true): .optional
            case (true, true): .optionalSequence
            }
    }
}
