/// The type of a tensor's elements: how many bits they take and how the bits are read.
///
/// Storage type and numeric type are one thing: an unsigned byte is never kept in a signed one.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    case float32, float16, bfloat16, float64
    /// Formats of at most 8 bits; ``NarrowFloat`` knows their patterns. FN: no infinities. UZ: no negative zero.
    case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, float8e8m0, float6e2m3, float6e3m2, float4e2m1
    case int2, uint2, int4, uint4, int8, uint8, int16, uint16, int32, uint32, int64, uint64
    case bool

    /// Bits of one element; types under 8 bits are packed, low bits of a byte first.
    public var bitWidth: Int {
        switch self {
        case .int2, .uint2: 2
        case .int4, .uint4, .float4e2m1: 4
        case .float6e2m3, .float6e3m2: 6
        case .int8, .uint8, .bool: 8
        case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0: 8
        case .float16, .bfloat16, .int16, .uint16: 16
        case .float32, .int32, .uint32: 32
        case .float64, .int64, .uint64: 64
        }
    }

    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .bfloat16, .float64: true
        default: isNarrowFloat
        }
    }

    /// Floats of at most 8 bits: codes that values are kept in, not numbers that networks are computed with.
    public var isNarrowFloat: Bool { NarrowFloat(self) != nil }

    /// Floats that networks are computed with.
    public var isWideFloat: Bool { isFloatingPoint && !isNarrowFloat }

    public var isInteger: Bool { !isFloatingPoint && self != .bool }

    public var isSigned: Bool {
        switch self {
        case .uint2, .uint4, .uint8, .uint16, .uint32, .uint64, .bool, .float8e8m0: false
        default: true
        }
    }

    /// Packed types share bytes between elements and cannot be viewed as an array of a Swift type.
    public var isPacked: Bool { bitWidth < 8 }

    /// The short name that people read in shapes and tables: `f32`, `i8`, `u4`, `f8e4m3fn`.
    public var shortName: String {
        switch self {
        case .float32: "f32"
        case .float16: "f16"
        case .bfloat16: "bf16"
        case .float64: "f64"
        case .bool: "bool"
        case _ where isNarrowFloat: "f" + rawValue.dropFirst("float".count)
        default: (isSigned ? "i" : "u") + String(bitWidth)
        }
    }

    /// The smallest and largest integer of an integer type that `Int` can hold; `nil` for the other types.
    public var integerRange: ClosedRange<Int>? {
        switch self {
        case .int64: Int.min...Int.max
        case .uint64: 0...Int.max
        case _ where !isInteger: nil
        case _ where isSigned: -(1 << (bitWidth - 1))...(1 << (bitWidth - 1)) - 1
        default: 0...(1 << bitWidth) - 1
        }
    }

    /// Bytes that `count` elements take, the last byte of a packed type filled up with zeros.
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded`` when the number of bytes does not fit.
    public func byteCount(elements count: Int) throws(BitdepthError) -> Int {
        let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
        guard count >= 0, !overflow, bits <= Int.max - 7 else {
            throw BitdepthError(
                .limitExceeded, "\(count) elements of type \(shortName) take more bytes than can be addressed")
        }
        return (bits + 7) / 8
    }
}
