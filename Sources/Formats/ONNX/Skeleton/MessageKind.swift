/// The messages of onnx.proto on the way to tensors: which field of which message holds which.
///
/// Source: onnx.proto. Sparse tensors and training graphs are not entered; they stay in the skeleton with their bytes.
enum MessageKind {
    case model, graph, node, attribute, function, tensor

    /// The kind of message that field `number` holds; `nil` for fields that are copied as they are.
    func child(_ number: UInt64) -> MessageKind? {
        switch (self, number) {
        case (.model, 7): .graph
        case (.model, 25): .function
        case (.graph, 1), (.function, 7): .node
        case (.graph, 5): .tensor
        case (.node, 5), (.function, 11): .attribute
        case (.attribute, 5), (.attribute, 10): .tensor
        case (.attribute, 6), (.attribute, 11): .graph
        default: nil
        }
    }
}

/// The fields of a TensorProto that hold little-endian elements without any encoding.
enum TensorField: UInt64, Sendable {
    case floats = 4
    case raw = 9
    case doubles = 10
}

enum WireType: UInt64 {
    case varint = 0, fixed64 = 1, bytes = 2, startGroup = 3, endGroup = 4, fixed32 = 5
}

/// Appends a number in protobuf's variable-length form.
func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
}
