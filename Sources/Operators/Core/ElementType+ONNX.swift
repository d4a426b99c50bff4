import BitdepthTensors

extension ElementType {
    /// The type of a number of ONNX's `TensorProto.DataType`; `nil` for strings, complex numbers and types that Bitdepth does
    /// not have.
    public init?(onnx dataType: Int32) {
        guard let entry = ElementType.onnxTypes.first(where: { $0.number == dataType }) else { return nil }
        self = entry.type
    }

    /// The element type of such a number, as attributes `to` and `dtype` give it.
    ///
    /// - Throws: ``BitdepthError/Code/typeMismatch`` for types that Bitdepth does not know.
    init(onnxDataType number: Int) throws(BitdepthError) {
        guard let type = Int32(exactly: number).flatMap(ElementType.init(onnx:)) else {
            throw BitdepthError(.typeMismatch, "element type number \(number) of ONNX is not supported")
        }
        self = type
    }

    /// The number of this type in ONNX's `TensorProto.DataType`.
    public var onnx: Int32 { ElementType.onnxTypes.first { $0.type == self }?.number ?? 0 }

    private static let onnxTypes: [(number: Int32, type: ElementType)] = [
        (1, .float32), (2, .uint8), (3, .int8), (4, .uint16), (5, .int16), (6, .int32), (7, .int64), (9, .bool),
        (10, .float16), (11, .float64), (12, .uint32), (13, .uint64), (16, .bfloat16), (17, .float8e4m3fn),
        (18, .float8e4m3fnuz), (19, .float8e5m2), (20, .float8e5m2fnuz), (21, .uint4), (22, .int4), (23, .float4e2m1),
        (24, .float8e8m0), (25, .uint2), (26, .int2), (27, .float6e2m3), (28, .float6e3m2),
    ]
}
