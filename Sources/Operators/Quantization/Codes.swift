import BitdepthTensors

/// The last step of every quantization to integers: `saturate(round(steps) + Z)`.
struct Codes {
    let type: ElementType
    private let range: ClosedRange<Int>

    /// - Throws: ``BitdepthError/Code/typeMismatch`` unless the type is an integer type that codes are kept in.
    init(_ type: ElementType) throws(BitdepthError) {
        guard type.bitWidth <= 16, let range = type.integerRange else { throw type.isNoCode }
        self.type = type
        self.range = range
    }

    /// The code of a real number that was divided by the scale. NaN becomes the zero point, infinities saturate.
    func code(_ steps: Float, zeroPoint: Int) -> Int {
        if steps.isNaN { return zeroPoint }
        let rounded = steps.rounded(.toNearestOrEven)
        return Int(min(max(rounded, Float(range.lowerBound - zeroPoint)), Float(range.upperBound - zeroPoint)))
            + zeroPoint
    }
}

/// The last step of every quantization to floats of at most 8 bits: `steps + Z`, rounded half to even.
struct FloatCodes {
    let format: NarrowFloat
    let rule: NarrowFloatRule

    /// - Throws: ``BitdepthError/Code/typeMismatch`` unless the type is a float type that codes are kept in; E8M0 is for
    ///   scales only.
    init(_ type: ElementType, saturates: Bool) throws(BitdepthError) {
        guard type != .float8e8m0, let format = NarrowFloat(type) else { throw type.isNoCode }
        self.format = format
        rule = NarrowFloatRule(saturates: saturates)
    }

    /// The bit pattern of a real number that was divided by the scale.
    func pattern(_ steps: Float, zeroPoint: Float) -> UInt8 {
        // Adding 0 would take the sign off a negative zero.
        format.pattern(Double(zeroPoint == 0 ? steps : steps + zeroPoint), rule: rule)
    }
}

extension ElementType {
    fileprivate var isNoCode: BitdepthError {
        BitdepthError(.typeMismatch, "\(shortName) is not a type of quantized values")
    }
}
