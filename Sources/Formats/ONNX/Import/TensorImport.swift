import BitdepthTensors
import FoundationEssentials

/// Turns TensorProtos into tensors: payloads in the model file and external data become file regions, small data is copied.
struct TensorImport {
    private let file: OpenFile
    private let payloads: [Skeleton.Payload]
    private let marker: String
    private let limits: Limits
    private var folder: ExternalFolder

    init(_ message: ModelMessage, file: OpenFile, limits: Limits, allowLinks: Bool) {
        self.file = file
        payloads = message.payloads
        marker = message.marker
        self.limits = limits
        folder = ExternalFolder(ofModel: file.path, limits: limits, allowLinks: allowLinks)
    }

    /// Whether the element type is one that tensors can have.
    func isSupported(_ proto: Onnx_TensorProto) -> Bool { ElementType(onnx: proto.dataType) != nil }

    /// - Throws: ``BitdepthError/Code/unsupportedFormat`` naming the element type; ``BitdepthError/Code/malformedFile`` when data
    ///   and shape do not fit; ``BitdepthError/Code/externalData``; ``BitdepthError/Code/limitExceeded``.
    mutating func tensor(_ proto: Onnx_TensorProto) throws(BitdepthError) -> Tensor {
        do throws(BitdepthError) {
            guard let type = ElementType(onnx: proto.dataType) else {
                throw BitdepthError(
                    .unsupportedFormat, "element type \(ElementType.onnxName(proto.dataType)) is not supported")
            }
            guard !proto.hasSegment else {
                throw BitdepthError(.unsupportedFormat, "tensors in segments are not supported")
            }
            return try tensor(proto, type: type, shape: try shape(proto))
        } catch {
            throw error.inside(.init(tensor: proto.name.isEmpty ? nil : proto.name))
        }
    }

    /// A message that stands for itself: the payload, if it was left in the file, is back in it.
    func selfContained(_ proto: Onnx_TensorProto) throws(BitdepthError) -> Onnx_TensorProto {
        guard proto.externalData.contains(where: { $0.key == marker }) else {
            guard proto.dataLocation != .external else {
                throw BitdepthError(
                    .unsupportedFormat,
                    "element type \(ElementType.onnxName(proto.dataType)) is not supported in external data")
            }
            var plain = proto
            // Without a meaning here, and the writer's own entries must not be faked.
            plain.externalData = []
            return plain
        }
        guard let index = proto.externalData.first.flatMap({ Int($0.value) }), payloads.indices.contains(index),
            payloads[index].field == .raw, proto.externalData.count == 1,
            let count = Int(exactly: payloads[index].count)
        else { throw BitdepthError(.malformedFile, "the tensor has data in several places") }
        var whole = proto
        whole.externalData = []
        whole.rawData = Data(try file.bytes(at: payloads[index].offset, count: count))
        return whole
    }

    private func shape(_ proto: Onnx_TensorProto) throws(BitdepthError) -> Shape {
        guard proto.dims.count <= limits.rank else {
            throw BitdepthError(
                .limitExceeded, "the tensor has \(proto.dims.count) axes, more than \(limits.rank) (limit \"rank\")")
        }
        return try Shape(proto.dims.map { Int($0) })
    }

    private mutating func tensor(_ proto: Onnx_TensorProto, type: ElementType, shape: Shape) throws(BitdepthError)
        -> Tensor
    {
        let isPayload = proto.externalData.contains { $0.key == marker }
        let sources =
            [isPayload, proto.dataLocation == .external, !proto.rawData.isEmpty].count { $0 }
            + [
                proto.floatData.count, proto.int32Data.count, proto.int64Data.count, proto.doubleData.count,
                proto.uint64Data.count,
                proto.stringData.count,
            ].count { $0 > 0 }
        guard sources <= 1, !isPayload || proto.externalData.count == 1 else {
            throw BitdepthError(.malformedFile, "the tensor has data in several places")
        }
        if isPayload { return try payload(proto, type: type, shape: shape) }
        if proto.dataLocation == .external { return try external(proto.externalData, type: type, shape: shape) }
        if proto.rawData.isEmpty { return try TypedData(proto).tensor(type: type, shape: shape) }
        let needed = try type.byteCount(elements: shape.count)
        guard proto.rawData.count == needed else {
            throw BitdepthError(
                .malformedFile,
                "a tensor of type \(type.shortName) and shape \(shape) takes \(needed) bytes, \(proto.rawData.count) are present"
            )
        }
        return try Tensor(shape: shape, type: type) { buffer in proto.rawData.copyBytes(to: buffer) }
    }

    private func payload(_ proto: Onnx_TensorProto, type: ElementType, shape: Shape) throws(BitdepthError) -> Tensor {
        guard let index = proto.externalData.first.flatMap({ Int($0.value) }), payloads.indices.contains(index),
            let count = Int(exactly: payloads[index].count)
        else { throw BitdepthError(.internal, "a payload was lost") }
        let payload = payloads[index]
        switch payload.field {
        case .raw: break
        case .floats where type == .float32: break
        case .doubles where type == .float64: break
        case .floats, .doubles:
            throw BitdepthError(
                .malformedFile, "a tensor of type \(type.shortName) has its elements in the field of another type",
                at: .init(offset: payload.offset))
        }
        return try Tensor(
            region: try FileRegion(file: file, offset: payload.offset, count: count), shape: shape, type: type)
    }

    private mutating func external(
        _ entries: [Onnx_StringStringEntryProto], type: ElementType, shape: Shape
    ) throws(BitdepthError) -> Tensor {
        let place = try ExternalPlace(entries)
        let needed = try type.byteCount(elements: shape.count)
        guard place.length ?? UInt64(needed) == UInt64(needed) else {
            throw BitdepthError(
                .externalData,
                "a tensor of type \(type.shortName) and shape \(shape) takes \(needed) bytes, external data \"\(place.location)\" announces \(place.length ?? 0)"
            )
        }
        let file = try folder.file(place.location)
        do throws(BitdepthError) {
            return try Tensor(
                region: try FileRegion(file: file, offset: place.offset, count: needed), shape: shape, type: type)
        } catch {
            throw BitdepthError(.externalData, "external data \"\(place.location)\": \(error.message)", at: error.place)
        }
    }
}
