import BitdepthGraphs
import BitdepthTensors

/// The elements in the type that attribute `to` names: floats truncate toward zero to integers, integers wrap, anything but
/// zero is true.
///
/// Attributes `saturate` and `round_mode` say what becomes of reals that a float of at most 8 bits does not hold.
/// Source: ONNX operator specification, Cast-28.
public struct Cast: FoldableOperator {
    public static let signature = OperatorSignature.unary("Cast", [1, 6, 9, 13, 19, 21, 23, 24, 25, 28])
    public let target: ElementType
    public let rule: NarrowFloatRule

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        target = try ElementType(onnxDataType: try attributes.required("to", try attributes.int("to")))
        rule = try NarrowFloatRule(attributes)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(target, try inputs.required(0, "input").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try inputs.required(0, "input").converted(to: target, by: rule)]
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

/// The elements in the type of the second input. Source: ONNX operator specification, CastLike-25.
public struct CastLike: FoldableOperator {
    public static let signature = OperatorSignature("CastLike", versions: [15, 19, 21, 23, 24, 25], inputs: 2...2)
    public let rule: NarrowFloatRule

    public init(_ attributes: AttributeReader) throws(BitdepthError) { rule = try NarrowFloatRule(attributes) }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(try inputs.required(1, "target_type").element, try inputs.required(0, "input").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let target = try inputs.required(1, "target_type").type
        return [try inputs.required(0, "input").converted(to: target, by: rule)]
    }
}

extension NarrowFloatRule {
    /// Attributes `saturate` and `round_mode` of Cast and CastLike.
    fileprivate init(_ attributes: AttributeReader) throws(BitdepthError) {
        self.init(
            saturates: try attributes.flag("saturate", default: true),
            powerRounding: try attributes.choice("round_mode", default: .up))
    }
}
