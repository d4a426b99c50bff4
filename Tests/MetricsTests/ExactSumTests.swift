import Testing

@testable import BitdepthMetrics

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
}

private func sum(_ terms: some Sequence<Double>) -> ExactSum {
    var sum = ExactSum()
    for term in terms { sum.add(term) }
    return sum
}

@Suite("Exact sum") struct ExactSumTests {
    @Test("What FP64 sums lose is kept")
    func cancellation() {
        #expect(sum([1e300, 1, -1e300]).value == 1)
        #expect(sum([1e-320, 1e300, -1e300]).value == 1e-320)
        #expect(sum([1, 0x1p-53, 0x1p-53]).value == 1 + 0x1p-52)
        #expect(sum([1, 0x1p-53]).value == 1)
        #expect(sum([1, 0x1p-53, 0x1p-1074]).value == 1 + 0x1p-52)
        #expect(sum([-1, -0x1p-53, -0x1p-1074]).value == -1 - 0x1p-52)
        #expect(sum([]).value == 0)
        #expect(
            sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]).value
                == .greatestFiniteMagnitude
        )
    }

    @Test("A single number comes back as it was")
    func single() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<10_000 {
            let number = Double(bitPattern: random.next())
            if number.isFinite { #expect(sum([number]).value == number) }
        }
    }

    @Test("Sums of integers are those of 128-bit arithmetic")
    func integers() {
        var random = SplitMix64(seed: 2)
        let terms = (0..<5000).map { _ in Int64(bitPattern: random.next()) >> 11 }
        let exact = terms.reduce(Int128(0)) { $0 + Int128($1) * Int128($1 % 512) }
        var squares = ExactSum()
        for term in terms { squares.add(Double(term) * Double(term % 512)) }
        // Products of 53 and 9 bits round, sums do not.
        let rounded = terms.reduce(Int128(0)) { $0 + Int128(Double($1) * Double($1 % 512)) }
        #expect(squares.value == Double(rounded))
        #expect(abs(squares.value / Double(exact) - 1) < 1e-9)
    }

    @Test("Order and grouping do not show, to the byte")
    func order() {
        var random = SplitMix64(seed: 3)
        let terms = (0..<2000).map { _ in
            Double(
                sign: random.next() & 1 == 0 ? .plus : .minus, exponent: Int(random.next() % 600) - 300,
                significand: 1.7)
        }
        let expected = sum(terms).serialized()
        for parts in [1, 2, 17] {
            let shuffled = terms.shuffled(using: &random)
            var merged = ExactSum()
            for part in 0..<parts { merged.merge(sum(shuffled[part * 2000 / parts..<(part + 1) * 2000 / parts])) }
            #expect(merged.serialized() == expected)
            #expect(merged == sum(terms))
        }
    }

    @Test("Infinities and NaN show in the value, whatever the order")
    func specials() {
        #expect(sum([1, .infinity]).value == .infinity)
        #expect(sum([-.infinity, 1]).value == -.infinity)
        #expect(sum([-.infinity, .infinity]).value.isNaN)
        #expect(sum([.nan, .infinity]).value.isNaN)
        #expect(sum([.nan]) == sum([.nan]))
    }
}
