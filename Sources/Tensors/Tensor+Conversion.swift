extension Tensor {
    /// The elements as FP32 values; FP64 and wide integers are rounded to the nearest.
    public func floats() throws(BitdepthError) -> [Float] {
        switch type {
        case .float32: try array(of: Float.self)
        case .float16: try array(bits: UInt16.self) { HalfPrecision.float(binary16: $0) }
        case .bfloat16: try array(bits: UInt16.self) { HalfPrecision.float(bfloat16: $0) }
        case .float64: try array(bits: Double.self) { Float($0) }
        case .uint64: try array(bits: UInt64.self) { Float($0) }
        default:
            if let format = NarrowFloat(type) { try narrowFloats(format) } else { try integers().map { Float($0) } }
        }
    }

    /// The elements as FP64 values; integers beyond 2^53 are rounded to the nearest.
    public func doubles() throws(BitdepthError) -> [Double] {
        switch type {
        case .float64: try array(of: Double.self)
        case .uint64: try array(bits: UInt64.self) { Double($0) }
        case _ where type.isFloatingPoint: try floats().map(Double.init)
        default: try integers().map { Double($0) }
        }
    }

    /// The elements of an integer or Boolean tensor.
    ///
    /// - Throws: ``BitdepthError/Code/typeMismatch`` for floats; ``BitdepthError/Code/valueOutOfRange`` for unsigned
    ///   values beyond `Int.max`.
    public func integers() throws(BitdepthError) -> [Int] {
        switch type {
        case .int8: try array(bits: Int8.self) { Int($0) }
        case .uint8, .bool: try array(bits: UInt8.self) { Int($0) }
        case .int16: try array(bits: Int16.self) { Int($0) }
        case .uint16: try array(bits: UInt16.self) { Int($0) }
        case .int32: try array(bits: Int32.self) { Int($0) }
        case .uint32: try array(bits: UInt32.self) { Int($0) }
        case .int64: try array(bits: Int64.self) { Int($0) }
        case .uint64: try unsignedIntegers()
        case .int2, .uint2, .int4, .uint4: try narrowIntegers()
        default: throw BitdepthError(.typeMismatch, "a tensor of type \(type.shortName) was read as integers")
        }
    }

    /// A tensor of `type` from integers that must fit it.
    ///
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` for a value that the type does not hold.
    public init(integers values: [Int], shape: Shape, type: ElementType) throws(BitdepthError) {
        if type == .bool {
            try self.init(values.map { UInt8($0 == 0 ? 0 : 1) }, shape: shape, as: type)
            return
        }
        guard let range = type.integerRange else {
            throw BitdepthError(.typeMismatch, "integers cannot be stored in a tensor of type \(type.shortName)")
        }
        if let wrong = values.first(where: { !range.contains($0) }) {
            throw BitdepthError(.valueOutOfRange, "\(wrong) does not fit type \(type.shortName)")
        }
        try self.init(truncating: values, shape: shape, type: type)
    }

    /// A tensor of a float `type` from FP32 values, rounded half to even; types of at most 8 bits saturate.
    public init(floats values: [Float], shape: Shape, type: ElementType) throws(BitdepthError) {
        switch type {
        case .float32: try self.init(values, shape: shape)
        case .float64: try self.init(values.map(Double.init), shape: shape)
        case .float16: try self.init(values.map(HalfPrecision.binary16), shape: shape, as: type)
        case .bfloat16: try self.init(values.map(HalfPrecision.bfloat16), shape: shape, as: type)
        default:
            guard let format = NarrowFloat(type) else {
                throw BitdepthError(.typeMismatch, "floats cannot be stored in a tensor of type \(type.shortName)")
            }
            try self.init(narrow: format, values.map(Double.init), shape: shape, rule: .standard)
        }
    }

    /// The tensor in another element type, as ONNX's Cast does it: floats to integers truncate toward zero, floats
    /// round half to even, integers wrap, anything but zero is true.
    ///
    /// - Parameter rule: What becomes of reals that a float type of at most 8 bits does not hold.
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` for a NaN or a float that no 64-bit integer holds.
    public func converted(
        to target: ElementType, by rule: NarrowFloatRule = .standard
    ) throws(BitdepthError) -> Tensor {
        if target == type { return self }
        if target == .bool {
            let truth: [UInt8] =
                type.isFloatingPoint ? try doubles().map { $0 != 0 ? 1 : 0 } : try patterns().map { $0 != 0 ? 1 : 0 }
            return try Tensor(truth, shape: shape, as: .bool)
        }
        if target == .float64 { return try Tensor(try doubles(), shape: shape) }
        if let format = NarrowFloat(target) {
            return try Tensor(narrow: format, try doubles(), shape: shape, rule: rule)
        }
        if target.isFloatingPoint { return try Tensor(floats: try floats(), shape: shape, type: target) }
        if !type.isFloatingPoint { return try Tensor(truncating: try patterns(), shape: shape, type: target) }
        var integers: [Int] = []
        integers.reserveCapacity(count)
        for value in try doubles() {
            let whole = value.rounded(.towardZero)
            let unsigned = target == .uint64 ? UInt64(exactly: whole).map { Int(truncatingIfNeeded: $0) } : nil
            guard let integer = Int(exactly: whole) ?? unsigned else {
                throw BitdepthError(.valueOutOfRange, "\(value) cannot be converted to \(target.shortName)")
            }
            integers.append(integer)
        }
        return try Tensor(truncating: integers, shape: shape, type: target)
    }

    /// Bits reinterpreted as `type`, which must be as wide as `Bits`.
    private init<Bits: TensorElement>(_ values: [Bits], shape: Shape, as type: ElementType) throws(BitdepthError) {
        let tensor = try Tensor(values, shape: shape)
        self.init(type: type, shape: tensor.shape, storage: tensor.storage)
    }

    /// Keeps the low bits of each integer.
    private init(truncating values: [Int], shape: Shape, type: ElementType) throws(BitdepthError) {
        switch type {
        case .int8: try self.init(values.map { Int8(truncatingIfNeeded: $0) }, shape: shape)
        case .uint8: try self.init(values.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
        case .int16: try self.init(values.map { Int16(truncatingIfNeeded: $0) }, shape: shape)
        case .uint16: try self.init(values.map { UInt16(truncatingIfNeeded: $0) }, shape: shape)
        case .int32: try self.init(values.map { Int32(truncatingIfNeeded: $0) }, shape: shape)
        case .uint32: try self.init(values.map { UInt32(truncatingIfNeeded: $0) }, shape: shape)
        case .int64: try self.init(values.map { Int64($0) }, shape: shape)
        case .uint64: try self.init(values.map { UInt64(truncatingIfNeeded: $0) }, shape: shape)
        case .int2, .uint2, .int4, .uint4:
            try self.init(
                narrowPatterns: values.map { UInt8(truncatingIfNeeded: $0) }, shape: shape, type: type)
        default: throw BitdepthError(.typeMismatch, "integers cannot be stored in a tensor of type \(type.shortName)")
        }
    }

    private func array<Bits: TensorElement, Element>(
        bits: Bits.Type, _ transform: (Bits) -> Element
    ) throws(BitdepthError) -> [Element] {
        try withBytes { bytes in bytes.assumingMemoryBound(to: Bits.self).map(transform) }
    }

    /// The elements of an integer or Boolean tensor as 64-bit patterns, for conversions that wrap.
    private func patterns() throws(BitdepthError) -> [Int] {
        type == .uint64 ? try array(bits: UInt64.self) { Int(truncatingIfNeeded: $0) } : try integers()
    }

    private func unsignedIntegers() throws(BitdepthError) -> [Int] {
        let values = try array(of: UInt64.self)
        if let wrong = values.first(where: { $0 > UInt64(Int.max) }) {
            throw BitdepthError(.valueOutOfRange, "\(wrong) is larger than this implementation's integers")
        }
        return values.map { Int($0) }
    }
}
