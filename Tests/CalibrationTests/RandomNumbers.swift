import BitdepthMetrics

/// SplitMix64 (Steele et al. 2014): the same numbers on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Uniform in (0, 1).
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// Standard normal, by Marsaglia's polar form of Box and Muller.
    mutating func normal() -> Double {
        while true {
            let (x, y) = (2 * unit() - 1, 2 * unit() - 1)
            let square = x * x + y * y
            if square < 1 { return x * (-2 * square.naturalLogarithm / square).squareRoot() }
        }
    }

    /// Laplace of variance 1.
    mutating func laplace() -> Double {
        let magnitude = -unit().naturalLogarithm / 2.0.squareRoot()
        return next() & 1 == 0 ? magnitude : -magnitude
    }
}

/// A million values each, made once.
enum Million {
    static let gaussian: [Float] = {
        var random = SplitMix64(seed: 6)
        return (0..<1_000_000).map { _ in Float(random.normal()) }
    }()
    static let laplace: [Float] = {
        var random = SplitMix64(seed: 2)
        return (0..<1_000_000).map { _ in Float(random.laplace()) }
    }()
    static let uniform: [Float] = {
        var random = SplitMix64(seed: 3)
        return (0..<1_000_000).map { _ in Float(2 * random.unit() - 1) }
    }()
    static let relu = gaussian.map { max($0, 0) }
}
