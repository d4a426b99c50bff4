import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

extension ModelImport {
    /// Depth is bounded: the walk over the file has counted it.
    mutating func graph(_ proto: Onnx_GraphProto) throws(BitdepthError) -> Graph {
        if let sparse = proto.sparseInitializer.first {
            throw BitdepthError(
                .unsupportedFormat, "initializer \"\(sparse.values.name)\" is sparse, which is not supported",
                at: .init(tensor: sparse.values.name))
        }
        var graph = Graph(name: proto.name)
        for input in proto.input { graph.inputs.append(try port(input)) }
        for output in proto.output { graph.outputs.append(try port(output)) }
        for value in proto.valueInfo {
            guard let type = value.type.tensorTypeValue(limits: limits) else { continue }
            graph.valueTypes[try valueName(value.name)] = type
        }
        graph.nodes.reserveCapacity(proto.node.count)
        for node in proto.node { graph.nodes.append(try self.node(node)) }
        try addInitializers(proto.initializer, to: &graph)
        graph.annotations = try annotations(of: proto)
        return graph
    }

    private mutating func addInitializers(_ protos: [Onnx_TensorProto], to graph: inout Graph) throws(BitdepthError) {
        for proto in protos {
            let name = try valueName(proto.name)
            guard !proto.name.isEmpty else { throw BitdepthError(.invalidGraph, "an initializer has no name") }
            // Tensors of strings and the like only matter where a node reads them.
            if !tensors.isSupported(proto), !graph.reads(name) { continue }
            guard graph.initializers.updateValue(try tensors.tensor(proto), forKey: name) == nil else {
                throw BitdepthError(
                    .invalidGraph, "two initializers are named \"\(name)\"", at: .init(tensor: proto.name))
            }
        }
    }

    private func port(_ proto: Onnx_ValueInfoProto) throws(BitdepthError) -> Graph.Port {
        let name = try valueName(proto.name)
        guard !proto.name.isEmpty else {
            throw BitdepthError(.invalidGraph, "an input or output of the graph has no name")
        }
        let (type, kind) = proto.type.valueType(limits: limits)
        var rest = Onnx_ValueInfoProto()
        // What the port's own type does not say in full is written back as it came.
        if type == nil || kind != .tensor, proto.hasType { rest.type = proto.type }
        return Graph.Port(
            name, type, kind: kind,
            annotations: Annotations(
                documentation: proto.docString,
                metadata: proto.metadataProps.map { .init(key: $0.key, value: $0.value) },
                unknownFields: try rest.encoded() + Array(proto.unknownFields.data)))
    }

    private func annotations(of proto: Onnx_GraphProto) throws(BitdepthError) -> Annotations {
        var rest = Onnx_GraphProto()
        rest.quantizationAnnotation = proto.quantizationAnnotation
        return Annotations(
            documentation: proto.docString, metadata: proto.metadataProps.map { .init(key: $0.key, value: $0.value) },
            unknownFields: try rest.encoded() + Array(proto.unknownFields.data))
    }
}

extension Graph {
    fileprivate func reads(_ name: ValueName) -> Bool {
        outputs.contains { $0.name == name }
            || nodes.contains { node in
                node.inputs.contains(name) || node.subgraphs.contains { $0.capturedValues.contains(name) }
            }
    }
}

extension Onnx_TypeProto {
    /// The type of a tensor, or of the tensors that a sequence or an optional value holds; `nil` for types that tensors do
    /// not have.
    func valueType(limits: Limits) -> (type: TensorType?, kind: ValueKind) {
        switch value {
        case .sequenceType(let sequence)?:
            (sequence.elemType.tensorTypeValue(limits: limits), .sequence)
        case .optionalType(let optional)?:
            switch optional.elemType.value {
            case .sequenceType(let sequence)?: (sequence.elemType.tensorTypeValue(limits: limits), .optionalSequence)
            default: (optional.elemType.tensorTypeValue(limits: limits), .optional)
            }
        default: (tensorTypeValue(limits: limits), .tensor)
        }
    }

    /// The type of a dense tensor; `nil` for everything else.
    func tensorTypeValue(limits: Limits) -> TensorType? {
        guard case .tensorType(let tensor)? = value, let element = ElementType(onnx: tensor.elemType),
            denotation.isEmpty
        else { return nil }
        guard tensor.hasShape else { return TensorType(element, PartialShape.unknown) }
        guard tensor.shape.dim.count <= limits.rank else { return nil }
        return TensorType(element, PartialShape(tensor.shape.dim.map(\.dimension)))
    }
}

extension Onnx_TensorShapeProto.Dimension {
    fileprivate var dimension: Dimension {
        switch value {
        case .dimValue(let extent) where extent >= 0: .known(Int(extent))
        case .dimParam(let name) where !name.isEmpty: .symbol(name)
        default: .unknown
        }
    }
}
