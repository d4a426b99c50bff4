import BitdepthGraphs
import BitdepthTensors
import SwiftProtobuf

extension ModelImport {
    mutating func node(_ proto: Onnx_NodeProto) throws(BitdepthError) -> Node {
        guard !proto.opType.isEmpty else {
            throw BitdepthError(.malformedFile, "a node has no operator", at: .init(node: proto.name))
        }
        guard proto.name.utf8.count <= limits.nameBytes, proto.opType.utf8.count <= limits.nameBytes else {
            throw BitdepthError(
                .limitExceeded, "a node's name is longer than \(limits.nameBytes) bytes (limit \"nameBytes\")")
        }
        var node = Node(OperatorName(proto.opType, domain: proto.domain), name: proto.name, inputs: [], outputs: [])
        for input in proto.input { node.inputs.append(try operand(input)) }
        for output in proto.output { node.outputs.append(try operand(output)) }
        for attribute in proto.attribute {
            do throws(BitdepthError) {
                let value = try self.attribute(attribute)
                guard node.attributes.updateValue(value, forKey: attribute.name) == nil else {
                    throw BitdepthError(.malformedFile, "attribute \"\(attribute.name)\" is given twice")
                }
            } catch {
                throw error.inside(node.place)
            }
        }
        node.annotations = Annotations(
            documentation: proto.docString, metadata: proto.metadataProps.map { .init(key: $0.key, value: $0.value) },
            unknownFields: try proto.remainder)
        return node
    }

    private mutating func attribute(_ proto: Onnx_AttributeProto) throws(BitdepthError) -> Attribute {
        guard proto.refAttrName.isEmpty else {
            throw BitdepthError(
                .invalidAttribute,
                "attribute \"\(proto.name)\" refers to \"\(proto.refAttrName)\" outside of a function")
        }
        switch proto.effectiveType {
        case .float: return .float(proto.f)
        case .int: return .int(Int(proto.i))
        case .string: return .string(Array(proto.s))
        case .floats: return .floats(proto.floats)
        case .ints: return .ints(proto.ints.map { Int($0) })
        case .strings: return .strings(proto.strings.map { Array($0) })
        case .graph: return .graph(try graph(proto.g))
        case .graphs:
            var graphs: [Graph] = []
            for graph in proto.graphs { graphs.append(try self.graph(graph)) }
            return .graphs(graphs)
        case .tensor where tensors.isSupported(proto.t): return .tensor(try tensors.tensor(proto.t))
        case .tensors where proto.tensors.allSatisfy(tensors.isSupported):
            var values: [Tensor] = []
            for tensor in proto.tensors { values.append(try tensors.tensor(tensor)) }
            return .tensors(values)
        case .tensor, .tensors:
            var whole = proto
            if proto.hasT { whole.t = try tensors.selfContained(proto.t) }
            for index in whole.tensors.indices {
                whole.tensors[index] = try tensors.selfContained(proto.tensors[index])
            }
            return .opaque(try whole.encoded())
        default:
            var rest = proto
            rest.clearT()
            rest.clearG()
            rest.tensors = []
            rest.graphs = []
            return .opaque(try rest.encoded())
        }
    }
}

extension Onnx_AttributeProto {
    /// The kind of value; files older than the field `type` show it by what they hold.
    fileprivate var effectiveType: AttributeType {
        guard !hasType || type == .undefined else { return type }
        let present: [(Bool, AttributeType)] = [
            (hasF, .float), (hasI, .int), (hasS, .string), (hasT, .tensor), (hasG, .graph), (!floats.isEmpty, .floats),
            (!ints.isEmpty, .ints), (!strings.isEmpty, .strings), (!tensors.isEmpty, .tensors),
            (!graphs.isEmpty, .graphs),
        ]
        return present.first { $0.0 }?.1 ?? .undefined
    }
}

extension Onnx_NodeProto {
    /// Fields that nodes have no place for, encoded.
    fileprivate var remainder: [UInt8] {
        get throws(BitdepthError) {
            guard hasOverload || !deviceConfigurations.isEmpty || !unknownFields.data.isEmpty else { return [] }
            var rest = Onnx_NodeProto()
            if hasOverload { rest.overload = overload }
            rest.deviceConfigurations = deviceConfigurations
            return try rest.encoded() + Array(unknownFields.data)
        }
    }
}

extension Message {
    /// The message in the wire format; the same bytes for the same content.
    func encoded() throws(BitdepthError) -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            throw BitdepthError(.internal, "a part of the model cannot be encoded: \(error)")
        }
    }
}
