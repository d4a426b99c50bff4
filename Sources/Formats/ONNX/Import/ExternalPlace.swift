import BitdepthTensors

/// Where a tensor's external data lies, as its key and value pairs say.
///
/// Source: onnx.proto, TensorProto.external_data. Unknown and repeated keys are errors: they have been used to smuggle.
struct ExternalPlace {
    var location = ""
    var offset: UInt64 = 0
    /// `nil` stands for what the shape needs.
    var length: UInt64?

    init(_ entries: [Onnx_StringStringEntryProto]) throws(BitdepthError) {
        var seen = Set<String>()
        for entry in entries {
            guard seen.insert(entry.key).inserted else {
                throw BitdepthError(.externalData, "external data has the key \"\(entry.key)\" twice")
            }
            switch entry.key {
            case "location": location = entry.value
            case "offset": offset = try ExternalPlace.number(entry)
            case "length": length = try ExternalPlace.number(entry)
            // A checksum of the whole file would force it to be read; the base path is the writer's business.
            case "checksum", "basepath": break
            default: throw BitdepthError(.externalData, "external data has the unknown key \"\(entry.key)\"")
            }
        }
        guard !location.isEmpty else { throw BitdepthError(.externalData, "external data without a location") }
    }

    private static func number(_ entry: Onnx_StringStringEntryProto) throws(BitdepthError) -> UInt64 {
        guard entry.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(entry.value) else {
            throw BitdepthError(
                .externalData, "external data has the \(entry.key) \"\(entry.value)\", which is no number")
        }
        return number
    }
}
