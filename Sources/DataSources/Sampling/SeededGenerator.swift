/// SplitMix64: the same numbers for the same seed on every machine and in every version.
///
/// Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A generator for part number `stream` of what `seed` stands for.
    public init(seed: UInt64, stream: UInt64) {
        state = SeededGenerator.mixed(seed ^ SeededGenerator.mixed(stream))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededGenerator.mixed(state)
    }

    /// A number of 0 ..< `bound`, which must be positive. The bias is below bound / 2^64.
    mutating func next(below bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// Sum of twelve uniform numbers of 21 bits, less six.
    mutating func nextNormal() -> Float {
        var sum: UInt64 = 0
        for _ in 0..<4 {
            let bits = next()
            sum += bits & 0x1F_FFFF
            sum += bits >> 21 & 0x1F_FFFF
            sum += bits >> 42 & 0x1F_FFFF
        }
        return Float(Int64(sum) - 6 << 21) * 0x1p-21
    }

    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
