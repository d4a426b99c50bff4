import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// Translates a parsed ONNX model into a graph, in the operator set of the file.
struct ModelImport {
    private let proto: Onnx_ModelProto
    let limits: Limits
    var tensors: TensorImport

    init(_ message: ModelMessage, file: OpenFile, limits: Limits, allowLinks: Bool) {
        proto = message.proto
        self.limits = limits
        tensors = TensorImport(message, file: file, limits: limits, allowLinks: allowLinks)
    }

    mutating func model() throws(BitdepthError) -> ModelGraph {
        var opsets = try ModelImport.opsets(proto.opsetImport)
        // The table of operator sets came with version 3 of the format; it follows the graph, so a cut file lacks it.
        guard !opsets.isEmpty || proto.irVersion < 3 else {
            throw BitdepthError(.malformedFile, "the model names no operator set", help: ["the file may be incomplete"])
        }
        var graph = proto.graph
        if !proto.functions.isEmpty {
            var inlining = try FunctionInlining(proto.functions, opsets: opsets, limits: limits)
            try inlining.inline(into: &graph)
            opsets = inlining.opsets
        }
        return ModelGraph(
            graph: try self.graph(graph), opsets: opsets,
            producer: .init(
                name: proto.producerName, version: proto.producerVersion, domain: proto.domain,
                modelVersion: Int(proto.modelVersion)),
            annotations: try annotations)
    }

    static func opsets(_ imports: [Onnx_OperatorSetIdProto]) throws(BitdepthError) -> OrderedDictionary<String, Int> {
        var opsets: OrderedDictionary<String, Int> = [:]
        for entry in imports {
            let domain = entry.domain == "ai.onnx" ? "" : entry.domain
            if let other = opsets[domain], other != Int(entry.version) {
                throw BitdepthError(
                    .malformedFile, "domain \"\(domain)\" has operator sets \(other) and \(entry.version)")
            }
            opsets[domain] = Int(entry.version)
        }
        return opsets
    }

    /// Fields that graphs have no place for (training, configurations of devices, unknown ones) go back into the file as they are.
    private var annotations: Annotations {
        get throws(BitdepthError) {
            var rest = Onnx_ModelProto()
            rest.trainingInfo = proto.trainingInfo
            rest.configuration = proto.configuration
            return Annotations(
                documentation: proto.docString,
                metadata: proto.metadataProps.map { .init(key: $0.key, value: $0.value) },
                unknownFields: try rest.encoded() + Array(proto.unknownFields.data))
        }
    }

    func valueName(_ text: String) throws(BitdepthError) -> ValueName {
        guard text.utf8.count <= limits.nameBytes else {
            throw BitdepthError(
                .limitExceeded,
                "a name of \(text.utf8.count) bytes is longer than \(limits.nameBytes) (limit \"nameBytes\")")
        }
        return ValueName(text)
    }

    /// The name of an operand; the empty name stands for one that is left out.
    func operand(_ text: String) throws(BitdepthError) -> ValueName? { text.isEmpty ? nil : try valueName(text) }
}
