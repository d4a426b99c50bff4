import BitdepthTensors
import SwiftProtobuf

/// A parsed model file and where its large tensors lie.
struct ModelMessage {
    var proto: Onnx_ModelProto
    var payloads: [Skeleton.Payload]
    /// The key of `external_data` entries that stand for payloads.
    var marker: String

    init(_ file: OpenFile, limits: Limits) throws(BitdepthError) {
        let skeleton = try Skeleton(of: file, limits: limits)
        payloads = skeleton.payloads
        marker = skeleton.marker
        var options = BinaryDecodingOptions()
        // The walk has counted the messages that can be deep; types and sparse tensors come on top.
        options.messageDepthLimit = limits.depth + 16
        do {
            proto = try Onnx_ModelProto(serializedBytes: skeleton.bytes, options: options)
        } catch {
            throw BitdepthError(
                .malformedFile, "this is no ONNX model, or a damaged one: \(error)",
                at: .init(file: file.path, offset: 0))
        }
        guard proto.hasGraph else {
            throw BitdepthError(
                .malformedFile, "this is no ONNX model: it has no graph", at: .init(file: file.path, offset: file.size))
        }
    }
}
