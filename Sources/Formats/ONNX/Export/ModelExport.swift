import BitdepthGraphs
import BitdepthTensors
import FoundationEssentials
import OrderedCollections

/// Translates a graph into an encoded ONNX model whose large tensors are left out, and collects those.
struct ModelExport {
    /// The tensors that the message only names, in the order of their numbers.
    private(set) var payloads: [Tensor] = []
    private(set) var payloadBytes: UInt64 = 0

    mutating func message(_ spelled: Downgrade.Spelling) throws(BitdepthError) -> [UInt8] {
        let model = spelled.model
        var proto: Onnx_ModelProto = try decoded(model.annotations.unknownFields)
        proto.irVersion = Int64(ModelExport.irVersion(opset: spelled.opset))
        proto.producerName = model.producer.name
        proto.producerVersion = model.producer.version
        if !model.producer.domain.isEmpty { proto.domain = model.producer.domain }
        if model.producer.modelVersion != 0 { proto.modelVersion = Int64(model.producer.modelVersion) }
        if !model.annotations.documentation.isEmpty { proto.docString = model.annotations.documentation }
        proto.metadataProps = entries(model.annotations.metadata)
        proto.opsetImport = opsets(of: model, opset: spelled.opset)
        proto.graph = try graph(model.graph)
        return try proto.encoded()
    }

    /// The oldest version of the file format that goes with an operator set.
    ///
    /// Source: onnx/helper.py, VERSION_TABLE. Before 4 every initializer had to be an input too, so that is the least.
    static func irVersion(opset: Int) -> Int {
        switch opset {
        case ...9: 4
        case 10: 5
        case 11: 6
        case 12...14: 7
        case 15...18: 8
        case 19...20: 9
        case 21...22: 10
        case 23: 11
        case 24: 12
        case 25...27: 13
        default: 14
        }
    }

    private func opsets(of model: ModelGraph, opset: Int) -> [Onnx_OperatorSetIdProto] {
        var versions = model.opsets
        let used = model.graph.allDomains
        // A model of other domains alone does not name the standard one, unless its file did.
        let namesStandard = used.contains("") || model.sourceOpset != nil || versions.keys.allSatisfy(\.isEmpty)
        versions[""] = namesStandard ? opset : nil
        for domain in used where versions[domain] == nil { versions[domain] = 1 }
        return versions.map { domain, version in
            var entry = Onnx_OperatorSetIdProto()
            entry.domain = domain
            entry.version = Int64(version)
            return entry
        }
    }

    /// The message for a tensor: small ones whole, large ones with a number instead of their bytes.
    mutating func tensor(_ tensor: Tensor, name: String? = nil) throws(BitdepthError) -> Onnx_TensorProto {
        var proto = Onnx_TensorProto()
        proto.dims = tensor.shape.dimensions.map { Int64($0) }
        proto.dataType = tensor.type.onnx
        if let name { proto.name = name }
        if tensor.byteCount <= Int(Skeleton.inlineBytes) {
            proto.rawData = try tensor.withBytes { Data($0) }
        } else {
            var entry = Onnx_StringStringEntryProto()
            entry.key = Splice.marker
            entry.value = String(payloads.count)
            proto.externalData = [entry]
            payloads.append(tensor)
            payloadBytes += UInt64(tensor.byteCount)
        }
        return proto
    }

    static let externalDataKey: UInt64 = 13 << 3 | WireType.bytes.rawValue

    /// The number in an encoded `external_data` entry that stands for a payload; `nil` for any other entry.
    static func payloadIndex(_ entry: ArraySlice<UInt8>) throws(BitdepthError) -> Int? {
        let marker = ModelExport.entry(Splice.marker, "").dropLast(2)
        guard entry.starts(with: marker) else { return nil }
        var fields = EncodedFields(entry.dropFirst(marker.count))
        guard let content = try fields.next()?.content else { return nil }
        return Int(String(decoding: content, as: UTF8.self))
    }

    /// An encoded StringStringEntryProto.
    static func entry(_ key: String, _ value: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (number, text) in [(UInt64(1), key), (2, value)] {
            appendVarint(number << 3 | WireType.bytes.rawValue, to: &bytes)
            appendVarint(UInt64(text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }

    func entries(_ metadata: [Annotations.Entry]) -> [Onnx_StringStringEntryProto] {
        metadata.map { entry in
            var proto = Onnx_StringStringEntryProto()
            proto.key = entry.key
            proto.value = entry.value
            return proto
        }
    }
}

extension Graph {
    /// Domains of the operators used, those in subgraphs included, by name.
    fileprivate var allDomains: [String] {
        var domains = Set(nodes.map(\.op.domain))
        for subgraph in nodes.flatMap(\.subgraphs) { domains.formUnion(subgraph.allDomains) }
        return domains.sorted()
    }
}
