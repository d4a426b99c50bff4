import BitdepthGraphs
import BitdepthTensors
import FoundationEssentials
import SwiftProtobuf

extension ModelExport {
    mutating func graph(_ graph: Graph) throws(BitdepthError) -> Onnx_GraphProto {
        var proto: Onnx_GraphProto = try decoded(graph.annotations.unknownFields)
        // The format wants a name, graphs in memory may have none.
        proto.name = graph.name.isEmpty ? "graph" : graph.name
        if !graph.annotations.documentation.isEmpty { proto.docString = graph.annotations.documentation }
        proto.metadataProps = entries(graph.annotations.metadata)
        for input in graph.inputs { proto.input.append(try port(input)) }
        for output in graph.outputs { proto.output.append(try port(output)) }
        for (name, type) in graph.valueTypes {
            var value = Onnx_ValueInfoProto()
            value.name = name.text
            value.type = type.proto
            proto.valueInfo.append(value)
        }
        for (name, tensor) in graph.initializers { proto.initializer.append(try self.tensor(tensor, name: name.text)) }
        for position in try graph.topologicalOrder() { proto.node.append(try node(graph.nodes[position])) }
        return proto
    }

    private func port(_ port: Graph.Port) throws(BitdepthError) -> Onnx_ValueInfoProto {
        var proto: Onnx_ValueInfoProto = try decoded(port.annotations.unknownFields)
        proto.name = port.name.text
        // Types of sequences and optional values stand among what was kept.
        if let type = port.type, port.kind == .tensor { proto.type = type.proto }
        if !port.annotations.documentation.isEmpty { proto.docString = port.annotations.documentation }
        proto.metadataProps = entries(port.annotations.metadata)
        return proto
    }

    private mutating func node(_ node: Node) throws(BitdepthError) -> Onnx_NodeProto {
        var proto: Onnx_NodeProto = try decoded(node.annotations.unknownFields)
        proto.name = node.name
        proto.opType = node.op.type
        if !node.op.domain.isEmpty { proto.domain = node.op.domain }
        proto.input = operands(node.inputs)
        proto.output = operands(node.outputs)
        if !node.annotations.documentation.isEmpty { proto.docString = node.annotations.documentation }
        proto.metadataProps = entries(node.annotations.metadata)
        for (name, value) in node.attributes {
            do throws(BitdepthError) {
                proto.attribute.append(try attribute(name, value))
            } catch {
                throw error.inside(node.place)
            }
        }
        return proto
    }

    /// Left out operands have the empty name; at the end of the list they are not written.
    private func operands(_ names: [ValueName?]) -> [String] {
        let used = names.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
        return names[..<used].map { $0?.text ?? "" }
    }

    private mutating func attribute(_ name: String, _ value: Attribute) throws(BitdepthError) -> Onnx_AttributeProto {
        var proto = Onnx_AttributeProto()
        switch value {
        case .int(let value):
            proto.type = .int
            proto.i = Int64(value)
        case .float(let value):
            proto.type = .float
            proto.f = value
        case .string(let bytes):
            proto.type = .string
            proto.s = Data(bytes)
        case .tensor(let tensor):
            proto.type = .tensor
            proto.t = try self.tensor(tensor)
        case .graph(let graph):
            proto.type = .graph
            proto.g = try self.graph(graph)
        case .ints(let values):
            proto.type = .ints
            proto.ints = values.map { Int64($0) }
        case .floats(let values):
            proto.type = .floats
            proto.floats = values
        case .strings(let values):
            proto.type = .strings
            proto.strings = values.map { Data($0) }
        case .tensors(let values):
            proto.type = .tensors
            for tensor in values { proto.tensors.append(try self.tensor(tensor)) }
        case .graphs(let values):
            proto.type = .graphs
            for graph in values { proto.graphs.append(try self.graph(graph)) }
        case .opaque(let bytes): proto = try decoded(bytes)
        }
        proto.name = name
        return proto
    }

    /// A message from bytes that an import has kept.
    func decoded<Proto: Message>(_ bytes: [UInt8]) throws(BitdepthError) -> Proto {
        do {
            return try Proto(serializedBytes: bytes)
        } catch {
            throw BitdepthError(.internal, "fields that were kept from a model cannot be written back: \(error)")
        }
    }
}

extension TensorType {
    var proto: Onnx_TypeProto {
        var tensor = Onnx_TypeProto.Tensor()
        tensor.elemType = element.onnx
        if let dimensions = shape.dimensions {
            tensor.shape.dim = dimensions.map { dimension in
                var proto = Onnx_TensorShapeProto.Dimension()
                switch dimension {
                case .known(let extent): proto.dimValue = Int64(extent)
                case .symbol(let name): proto.dimParam = name
                case .unknown: break
                }
                return proto
            }
            if dimensions.isEmpty { tensor.shape = Onnx_TensorShapeProto() }
        }
        var proto = Onnx_TypeProto()
        proto.tensorType = tensor
        return proto
    }
}
