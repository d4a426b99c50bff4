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
        case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0:
            try bits(try narrowed(proto.int32Data, to: UInt8.self), type: type, shape: shape)
        case .int2, .uint2, .int4, .uint4, .float4e2m1:
            try bits(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) }, type: type, shape: shape)
        case .float6e2m3, .float6e3m2: try sixBitElements(type, shape)
        }
    }

    /// Unlike the other packed types, 6-bit elements have an entry each.
    private func sixBitElements(_ type: ElementType, _ shape: Shape) throws(BitdepthError) -> Tensor {
        let patterns = try narrowed(proto.int32Data, to: UInt8.self)
        guard patterns.count == shape.count, patterns.allSatisfy({ $0 < 64 }) else {
            throw BitdepthError(
                .malformedFile,
                "a tensor of type \(type.shortName) and shape \(shape) needs \(shape.count) numbers below 64"
            )
        }
        return try Tensor(narrowPatterns: patterns, shape: shape, type: type)
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
