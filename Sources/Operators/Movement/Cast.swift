import BitdepthGraphs
import BitdepthTensors

/// The elements in the type that attribute `to` names: floats truncate toward zero to integers, integers wrap, anything but
/// zero is true.
///
/// Attributes `saturate` and `round_mode` speak of 8-bit floats, which are not element types here.
/// Source: ONNX operator specification, Cast-24.
public struct Cast: FoldableOperator {
    public static let signature = OperatorSignature.unary("Cast", [1, 6, 9, 13, 19, 21, 23, 24])
    public let target: ElementType

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        target = try ElementType(onnxDataType: try attributes.required("to", try attributes.int("to")))
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(target, try inputs.required(0, "input").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try inputs.required(0, "input").converted(to: target)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        // Version 1 named the type; the names are those of TensorProto.DataType, in its order.
        guard next == 6, case .string(let bytes)? = node.attributes["to"] else { return }
        let names = [
            "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16",
            "DOUBLE",
            "UINT32", "UINT64",
        ]
        guard let text = String(validating: bytes, as: UTF8.self), let number = names.firstIndex(of: text.uppercased())
        else {
            throw BitdepthError(.invalidAttribute, "attribute \"to\" names no element type", at: node.place)
        }
        node.attributes["to"] = .int(number)
    }
}

/// The elements in the type of the second input. Source: ONNX operator specification, CastLike-24.
public struct CastLike: FoldableOperator {
    public static let signature = OperatorSignature("CastLike", versions: [15, 19, 21, 23, 24], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(try inputs.required(1, "target_type").element, try inputs.required(0, "input").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try inputs.required(0, "input").converted(to: try inputs.required(1, "target_type").type)]
    }
}
