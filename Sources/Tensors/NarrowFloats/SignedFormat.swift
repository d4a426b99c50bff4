/// A narrow float with a sign: `(-1)^s * 2^(e - bias) * 1.m`, or `(-1)^s * 2^(1 - bias) * 0.m` where e is 0.
struct SignedFormat: Sendable, Hashable {
    let exponentBits: Int
    let mantissaBits: Int
    let special: Special

    /// Which patterns stand for no finite number.
    enum Special: Sendable, Hashable {
        case none
        /// Both patterns with all exponent and mantissa bits set are NaN (E4M3FN).
        case allOnes
        /// What would be negative zero is NaN, and the bias is one larger (the FNUZ formats).
        case negativeZero
        /// As in IEEE 754: the largest exponent holds infinities and NaN (E5M2).
        case largestExponent
    }

    private var bias: Int { (1 << (exponentBits - 1)) - (special == .negativeZero ? 0 : 1) }
    private var signBit: Int { 1 << (exponentBits + mantissaBits) }

    /// The pattern of the largest finite number.
    private var largest: Int {
        switch special {
        case .none, .negativeZero: signBit - 1
        case .allOnes: signBit - 2
        case .largestExponent: infinity - 1
        }
    }

    /// Where all exponent bits are set and none of the mantissa.
    private var infinity: Int { signBit - (1 << mantissaBits) }

    func float(_ pattern: UInt8) -> Float {
        let magnitude = Int(pattern) & (signBit - 1)
        let isNegative = Int(pattern) & signBit != 0
        if special == .negativeZero, isNegative, magnitude == 0 { return .nan }
        let value = magnitude <= largest ? number(magnitude) : magnitude == infinity ? Float.infinity : Float.nan
        return isNegative ? -value : value
    }

    private func number(_ magnitude: Int) -> Float {
        let exponent = magnitude >> mantissaBits
        let mantissa = magnitude & ((1 << mantissaBits) - 1)
        let significand = exponent == 0 ? mantissa : mantissa | 1 << mantissaBits
        return Float(sign: .plus, exponent: max(exponent, 1) - bias - mantissaBits, significand: Float(significand))
    }

    /// Rounds half to even; what is too large only after rounding is too large.
    func pattern(_ value: Double, saturates: Bool) -> UInt8 {
        let sign = value.sign == .minus ? signBit : 0
        if value.isNaN { return UInt8(notANumber(sign: sign)) }
        let magnitude = rounded(value.magnitude)
        if magnitude == 0, special == .negativeZero { return 0 }
        return UInt8(magnitude <= largest ? sign | magnitude : tooLarge(sign: sign, saturates: saturates))
    }

    /// The pattern of a magnitude as if the exponent had no end; `Int.max` for infinity.
    private func rounded(_ magnitude: Double) -> Int {
        guard magnitude.isFinite else { return .max }
        // Below the smallest normal number the steps stay as wide as there.
        let exponent = max(magnitude.exponent, 1 - bias)
        let steps = magnitude * Double(sign: .plus, exponent: mantissaBits - exponent, significand: 1)
        // A carry out of the mantissa lands in the exponent, where it belongs.
        return ((exponent + bias - 1) << mantissaBits) + Int(steps.rounded(.toNearestOrEven))
    }

    private func tooLarge(sign: Int, saturates: Bool) -> Int {
        if saturates || special == .none { return sign | largest }
        return special == .largestExponent ? sign | infinity : notANumber(sign: sign)
    }

    private func notANumber(sign: Int) -> Int {
        switch special {
        // As every quantization makes NaN the code of 0.
        case .none: 0
        case .allOnes: sign | (signBit - 1)
        case .negativeZero: signBit
        // The quiet NaN.
        case .largestExponent: sign | infinity | 1 << (mantissaBits - 1)
        }
    }
}
