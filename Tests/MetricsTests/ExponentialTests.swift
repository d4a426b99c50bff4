import Testing

@testable import BitdepthMetrics

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Logarithm and exponential") struct ExponentialTests {
    @Test("The logarithm is the C library's to 2 units in the last place")
    func logarithm() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<100_000 {
            let x = Double(bitPattern: random.next() & 0x7FFF_FFFF_FFFF_FFFF)
            guard x.isFinite, x > 0 else { continue }
            #expect(abs(x.naturalLogarithm - log(x)) <= 2 * log(x).ulp)
        }
        for step in -2000...2000 {
            let x = 1 + Double(step) * 1e-4
            #expect(abs(x.naturalLogarithm - log(x)) <= 2 * max(log(x).ulp, 1e-19))
        }
        #expect(1.0.naturalLogarithm == 0)
        #expect(0.0.naturalLogarithm == -.infinity)
        #expect((-1.0).naturalLogarithm.isNaN)
        #expect(Double.nan.naturalLogarithm.isNaN)
        #expect(Double.infinity.naturalLogarithm == .infinity)
    }

    @Test("The exponential is the C library's to 2 units in the last place")
    func exponential() {
        for step in -7000...7000 {
            let x = Double(step) / 9.9
            #expect(abs(x.exponential - exp(x)) <= 2 * exp(x).ulp)
        }
        #expect(0.0.exponential == 1)
        #expect((-800.0).exponential == 0)
        #expect((-Double.infinity).exponential == 0)
        #expect(800.0.exponential == .infinity)
        #expect(Double.nan.exponential.isNaN)
    }
}
