import BitdepthTensors

/// What stands before the elements in a `.npy` file.
///
/// Source: NumPy's description of the NPY format, versions 1.0 to 3.0.
struct NumPyHeader: Equatable {
    var type: ElementType
    var isBigEndian: Bool
    /// Whether the first axis changes fastest.
    var isFortranOrder: Bool
    var shape: Shape

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The header at the start of `source`, and where the elements begin.
    static func read(_ source: ByteSource, limits: Limits) throws(BitdepthError) -> (header: NumPyHeader, count: Int) {
        var start = ByteReader(try source.prefix(12), path: source.path)
        guard start.remaining >= 8, try start.bytes(6) == magic else {
            throw BitdepthError(.malformedFile, "no .npy file begins here", at: .init(file: source.path, offset: 0))
        }
        let major = try start.byte()
        guard (1...3).contains(major), try start.byte() == 0 else {
            throw BitdepthError(
                .unsupportedFormat, "version \(major) of the .npy format is not known",
                at: .init(file: source.path, offset: 6))
        }
        let textCount = major == 1 ? Int(try start.little(UInt16.self)) : Int(try start.little(UInt32.self))
        guard textCount <= limits.nameBytes else {
            throw BitdepthError(
                .limitExceeded, "the header has \(textCount) bytes, the limit is \(limits.nameBytes)",
                at: .init(file: source.path, offset: 8))
        }
        let textStart = major == 1 ? 10 : 12
        let text = try source.bytes(at: textStart, count: textCount)
        var literal = PythonLiteral(ByteReader(text, origin: UInt64(textStart), path: source.path))
        return (try NumPyHeader(literal.dictionary(), limits, path: source.path), textStart + textCount)
    }

    private init(_ fields: [String: PythonLiteral.Value], _ limits: Limits, path: String) throws(BitdepthError) {
        let place = BitdepthError.Place(file: path)
        guard fields.count == 3, case .text(let descriptor)? = fields["descr"],
            case .truth(let isFortranOrder)? = fields["fortran_order"],
            case .integers(let extents)? = fields["shape"]
        else {
            if case .other? = fields["descr"] {
                throw BitdepthError(.unsupportedFormat, "the array has records, not numbers", at: place)
            }
            throw BitdepthError(
                .malformedFile, "the header does not have exactly descr, fortran_order and shape", at: place)
        }
        guard extents.count <= limits.rank else {
            throw BitdepthError(
                .limitExceeded, "the array has \(extents.count) axes, the limit rank is \(limits.rank)", at: place)
        }
        guard let order = descriptor.first, "<>=|".contains(order),
            let type = NumPyHeader.types[String(descriptor.dropFirst())]
        else {
            throw BitdepthError(
                .unsupportedFormat, "elements of NumPy type \"\(descriptor)\" are not supported", at: place,
                help: ["save them as one of " + NumPyHeader.types.keys.sorted().joined(separator: ", ")])
        }
        guard order != "|" || type.bitWidth == 8 else {
            throw BitdepthError(.malformedFile, "type \"\(descriptor)\" does not say its byte order", at: place)
        }
        self.type = type
        isBigEndian = order == ">" && type.bitWidth > 8
        self.isFortranOrder = isFortranOrder
        shape = try locating(place) { () throws(BitdepthError) in try Shape(extents) }
    }

    init(type: ElementType, shape: Shape) {
        self.type = type
        self.shape = shape
        isBigEndian = false
        isFortranOrder = false
    }

    /// NumPy's letter and byte count for each element type that NumPy has.
    private static let types: [String: ElementType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "b1": .bool,
        "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
        "u8": .uint64,
    ]

    /// The bytes of a header for row-major little-endian elements, as `numpy.save` writes them.
    func bytes() throws(BitdepthError) -> [UInt8] {
        guard let name = NumPyHeader.types.first(where: { $0.value == type })?.key else {
            throw BitdepthError(
                .unsupportedFormat, "NumPy has no element type \(type.shortName)",
                help: ["convert the tensor first, bf16 to f32 for example"])
        }
        let tuple = shape.dimensions.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
        let text =
            "{'descr': '\(type.bitWidth == 8 ? "|" : "<")\(name)', 'fortran_order': False, 'shape': (\(tuple)), }"
        // NumPy leaves room so that the first extent can grow in place to any 64-bit number, then fills up to 64 bytes.
        let growth = shape.dimensions.first.map { max(0, 21 - String($0).count) } ?? 0
        let isLong = text.utf8.count + growth + 1 + 64 > 0xFFFF
        let fixed = NumPyHeader.magic.count + 2 + (isLong ? 4 : 2)
        let used = fixed + text.utf8.count + growth + 1
        let padding = growth + (64 - used % 64)
        var bytes = LittleEndianBytes()
        let count = text.utf8.count + padding + 1
        if isLong {
            bytes.append(2 as UInt8, 0 as UInt8, UInt32(count))
        } else {
            bytes.append(1 as UInt8, 0 as UInt8, UInt16(count))
        }
        return NumPyHeader.magic + bytes.bytes + Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
    }
}
