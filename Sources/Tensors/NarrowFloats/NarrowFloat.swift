/// A float format of at most 8 bits: how its bit patterns are read, and how reals become bit patterns.
///
/// A pattern lies in the low bits of a byte: sign (where there is one), exponent, mantissa.
/// Source: OCP 8-bit Floating Point Specification; OCP Microscaling Formats Specification; ONNX, "Float stored in 8 bits"
/// and its sisters for 6 and 4 bits.
public struct NarrowFloat: Sendable, Hashable {
    public let type: ElementType
    let kind: Kind

    enum Kind: Sendable, Hashable {
        case signed(SignedFormat)
        /// Eight bits of exponent and nothing else.
        case powerOfTwo
    }

    /// The format of an element type; `nil` for integers and for wider floats.
    public init?(_ type: ElementType) {
        switch type {
        case .float8e4m3fn: kind = .signed(SignedFormat(exponentBits: 4, mantissaBits: 3, special: .allOnes))
        case .float8e4m3fnuz: kind = .signed(SignedFormat(exponentBits: 4, mantissaBits: 3, special: .negativeZero))
        case .float8e5m2: kind = .signed(SignedFormat(exponentBits: 5, mantissaBits: 2, special: .largestExponent))
        case .float8e5m2fnuz: kind = .signed(SignedFormat(exponentBits: 5, mantissaBits: 2, special: .negativeZero))
        case .float6e2m3: kind = .signed(SignedFormat(exponentBits: 2, mantissaBits: 3, special: .none))
        case .float6e3m2: kind = .signed(SignedFormat(exponentBits: 3, mantissaBits: 2, special: .none))
        case .float4e2m1: kind = .signed(SignedFormat(exponentBits: 2, mantissaBits: 1, special: .none))
        case .float8e8m0: kind = .powerOfTwo
        default: return nil
        }
        self.type = type
    }

    /// The number that a pattern stands for; FP32 holds every one exactly.
    public func float(_ pattern: UInt8) -> Float {
        switch kind {
        case .signed(let format): format.float(pattern)
        case .powerOfTwo: PowerOfTwoFormat.float(pattern)
        }
    }

    /// The pattern that a real number is rounded to, once.
    public func pattern(_ value: Double, rule: NarrowFloatRule = .standard) -> UInt8 {
        switch kind {
        case .signed(let format): format.pattern(value, saturates: rule.saturates)
        case .powerOfTwo: PowerOfTwoFormat.pattern(value, rule: rule)
        }
    }

    /// The numbers of all patterns, in their order.
    var floats: [Float] { (0..<1 << type.bitWidth).map { float(UInt8($0)) } }
}
