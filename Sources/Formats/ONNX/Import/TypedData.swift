import BitdepthTensors

/// Elements that a TensorProto holds in a field of their type, where several types share a wider field.
///
/// Source: onnx.proto, the comments at float_data … uint64_data.
struct TypedData {
    private let proto: Onnx_TensorProto

    init(_ proto: Onnx_TensorProto) { self.proto = proto }

    /// - Throws: ``BitdepthError/Code/malformedFile`` when number or values of the elements do not fit; checked before anything
    ///   is allocated.
    func tensor(type: ElementType, shape: Shape) throws(BitdepthError) -> Tensor {
        switch type {
        case .float32: try tensor(proto.floatData, shape)
        case .float64: try tensor(proto.doubleData, shape)
        case .int64: try tensor(proto.int64Data, shape)
        case .uint64: try tensor(proto.uint64Data, shape)
        case .uint32: try tensor(try narrowed(proto.uint64Data, to: UInt32.self), shape)
        case .int32: try tensor(proto.int32Data, shape)
        case .int16: try tensor(try narrowed(proto.int32Data, to: Int16.self), shape)
        case .uint16: try tensor(try narrowed(proto.int32Data, to: UInt16.self), shape)
        case .int8: try tensor(try narrowed(proto.int32Data, to: Int8.self), shape)
        case .uint8: try tensor(try narrowed(proto.int32Data, to: UInt8.self), shape)
        case .float16, .bfloat16: try bits(try narrowed(proto.int32Data, to: UInt16.self), type: type, shape: shape)
        case .bool: try bits(proto.int32Data.map { UInt8($0 == 0 ? 0 : 1) }, type: type, shape: shape)
        case .int4, .uint4: try bits(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) }, type: type, shape: shape)
        }
    }

    private func tensor<Element: TensorElement>(_ values: [Element], _ shape: Shape) throws(BitdepthError) -> Tensor {
        try bits(values, type: Element.elementType, shape: shape)
    }

    /// A tensor whose bytes are those of `values`.
    private func bits<Bits: TensorElement>(_ values: [Bits], type: ElementType, shape: Shape) throws(BitdepthError)
        -> Tensor
    {
        let needed = try type.byteCount(elements: shape.count)
        guard values.count * MemoryLayout<Bits>.size == needed else {
            throw BitdepthError(
                .malformedFile,
                "a tensor of type \(type.shortName) and shape \(shape) takes \(needed) bytes, \(values.count * MemoryLayout<Bits>.size) are present"
            )
        }
        return try Tensor(shape: shape, type: type) { buffer in
            values.withUnsafeBytes { buffer.copyMemory(from: $0) }
        }
    }

    private func narrowed<Wide: FixedWidthInteger, Narrow: FixedWidthInteger>(
        _ values: [Wide], to type: Narrow.Type
    ) throws(BitdepthError) -> [Narrow] {
        var narrow: [Narrow] = []
        narrow.reserveCapacity(values.count)
        for value in values {
            guard let exact = Narrow(exactly: value) else {
                throw BitdepthError(.malformedFile, "the element \(value) does not fit its type")
            }
            narrow.append(exact)
        }
        return narrow
    }
}
