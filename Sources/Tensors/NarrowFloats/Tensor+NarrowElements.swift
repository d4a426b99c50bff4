extension Tensor {
    /// The bit patterns of elements of at most 8 bits, each in the low bits of a byte.
    ///
    /// Packed elements follow each other without gaps, from the lowest bit of the first byte on.
    /// - Throws: ``BitdepthError/Code/typeMismatch`` for wider elements.
    public func narrowPatterns() throws(BitdepthError) -> [UInt8] {
        let width = type.bitWidth
        guard width <= 8 else {
            throw BitdepthError(.typeMismatch, "elements of type \(type.shortName) do not fit a byte")
        }
        return try withBytes { bytes in
            guard width < 8 else { return Array(bytes) }
            return (0..<count).map { index in
                let (byte, bit) = (index * width / 8, index * width % 8)
                let reachesNext = bit + width > 8
                let window = UInt16(bytes[byte]) | (reachesNext ? UInt16(bytes[byte + 1]) << 8 : 0)
                return UInt8(truncatingIfNeeded: window >> UInt16(bit)) & ((1 << width) - 1)
            }
        }
    }

    /// A tensor of elements of at most 8 bits from their bit patterns, of which only the low bits count.
    ///
    /// - Throws: ``BitdepthError/Code/typeMismatch`` for wider elements; ``BitdepthError/Code/shapeMismatch`` when their
    ///   number is not the shape's.
    public init(narrowPatterns patterns: [UInt8], shape: Shape, type: ElementType) throws(BitdepthError) {
        let width = type.bitWidth
        guard width <= 8 else {
            throw BitdepthError(.typeMismatch, "elements of type \(type.shortName) do not fit a byte")
        }
        guard patterns.count == shape.count else {
            throw BitdepthError(.shapeMismatch, "\(patterns.count) values do not fill shape \(shape)")
        }
        try self.init(shape: shape, type: type) { bytes in
            guard width < 8 else {
                patterns.withUnsafeBytes { bytes.copyMemory(from: $0) }
                return
            }
            for (index, pattern) in patterns.enumerated() {
                let (byte, bit) = (index * width / 8, index * width % 8)
                let window = UInt16(pattern & ((1 << width) - 1)) << UInt16(bit)
                bytes[byte] |= UInt8(truncatingIfNeeded: window)
                if bit + width > 8 { bytes[byte + 1] |= UInt8(truncatingIfNeeded: window >> 8) }
            }
        }
    }

    /// The elements of a narrow float type as FP32 values, exactly.
    func narrowFloats(_ format: NarrowFloat) throws(BitdepthError) -> [Float] {
        let floats = format.floats
        return try narrowPatterns().map { floats[Int($0)] }
    }

    /// The elements of an integer type of at most 8 bits.
    func narrowIntegers() throws(BitdepthError) -> [Int] {
        let unused = 8 - type.bitWidth
        let isSigned = type.isSigned
        return try narrowPatterns().map { pattern in
            isSigned ? Int(Int8(bitPattern: pattern << unused) >> unused) : Int(pattern)
        }
    }

    /// A tensor of a float type of at most 8 bits from FP64 values, each rounded once.
    init(narrow format: NarrowFloat, _ values: [Double], shape: Shape, rule: NarrowFloatRule) throws(BitdepthError) {
        try self.init(
            narrowPatterns: values.map { format.pattern($0, rule: rule) }, shape: shape, type: format.type)
    }
}
