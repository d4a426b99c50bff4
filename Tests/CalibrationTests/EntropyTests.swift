import BitdepthOperators
import Testing

@testable import BitdepthCalibration

private func threshold(_ values: [Float], _ scheme: QuantizationScheme = .symmetric(8)) throws -> Double {
    try CalibrationMethod.entropy.range(of: statistics(values), scheme: scheme).upperBound
}

@Suite("Entropy ranges") struct EntropyTests {
    @Test(
        "A million Gaussian values are clipped between 4.2 and 5.4 standard deviations",
        arguments: [1, 2, 3] as [UInt64])
    func gaussian(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let values = (0..<1_000_000).map { _ in Float(random.normal()) }
        #expect((4.2...5.4).contains(try threshold(values)))
        #expect((4.2...5.4).contains(try threshold(values.map { max($0, 0) }, .uint8Activations)))
    }

    @Test("A million Laplace values are clipped between 7 and 8.6 standard deviations")
    func laplace() throws {
        let value = try threshold(Million.laplace)
        #expect((7...8.6).contains(value), "\(value)")
    }

    @Test("Uniform values are not clipped")
    func uniform() throws {
        let largest = Double(Million.uniform.map(abs).max() ?? 0)
        #expect(try threshold(Million.uniform) == largest)
    }

    @Test("Each side of a two-sided tensor is judged by itself")
    func sides() throws {
        let observed = statistics(Million.gaussian.map { $0 < 0 ? $0 * 0.01 : $0 })
        let range = try CalibrationMethod.entropy.range(of: observed, scheme: .uint8Activations)
        #expect((4.2...5.4).contains(range.upperBound))
        #expect((0.042...0.054).contains(-range.lowerBound))
    }

    @Test("Ten outliers at 100 standard deviations move the threshold by less than 10 %, and minmax by much")
    func outliers() throws {
        let spoiled = Million.gaussian + [Float](repeating: 100, count: 5) + [Float](repeating: -100, count: 5)
        let change = try threshold(spoiled) / threshold(Million.gaussian)
        #expect(abs(change - 1) < 0.1, "\(change)")
        let minmax = try CalibrationMethod.minmax.range(of: statistics(spoiled), scheme: .symmetric(8))
        #expect(minmax.upperBound == 100)
    }

    @Test("A million zeros more do not move the threshold at all")
    func zeros() throws {
        let zeros = [Float](repeating: 0, count: 1_000_000)
        for scheme in [QuantizationScheme.symmetric(8), .uint8Activations] {
            #expect(try threshold(Million.relu + zeros, scheme) == threshold(Million.relu, scheme))
            #expect(try threshold(Million.laplace + zeros, scheme) == threshold(Million.laplace, scheme))
        }
    }

    @Test("Order and split of the samples do not move the range")
    func order() throws {
        var random = SplitMix64(seed: 41)
        let shuffled = Million.laplace.shuffled(using: &random)
        var parts = TensorStatistics()
        for start in stride(from: 0, to: shuffled.count, by: 1000) {
            var part = TensorStatistics()
            part.observe(sample: Array(shuffled[start..<start + 1000]))
            part.merge(parts)
            parts = part
        }
        let whole = try CalibrationMethod.entropy.range(of: statistics(Million.laplace), scheme: .uint8Activations)
        #expect(try CalibrationMethod.entropy.range(of: parts, scheme: .uint8Activations) == whole)
    }

    @Test("Scaling the values by a power of two scales the threshold exactly", arguments: [-30, 7])
    func equivariance(exponent: Int) throws {
        let factor = Float(sign: .plus, exponent: exponent, significand: 1)
        #expect(try threshold(Million.gaussian.map { $0 * factor }) == threshold(Million.gaussian) * Double(factor))
    }

    @Test("More than one threshold is weighed up")
    func candidates() throws {
        let estimate = try CalibrationMethod.entropy.estimate(of: statistics(Million.gaussian), scheme: .symmetric(8))
        #expect(estimate.numberOfCandidates == 400)
    }

    @Test("The divergence is never NaN, at any bit width", arguments: [2, 3, 4, 6, 8, 11, 12, 16])
    func noNaN(bits: Int) throws {
        for values in [[1, 2, 3], [1, 1, 1, 1e6], [1e-30, 1e30], Array(Million.laplace[..<1000])] as [[Float]] {
            let density = ValueDensity(statistics(values).histogram.absolute())
            if bits < 12 {
                for share in [0.9, 0.95, 0.99, 1] {
                    let divergence = EntropySearch.divergence(density, density.quantile(share), levels: 1 << (bits - 1))
                    #expect(divergence.isFinite && divergence > -1e-9, "\(divergence)")
                }
            }
            for scheme in [QuantizationScheme.symmetric(bits), .asymmetric(bits)] {
                let range = try CalibrationMethod.entropy.range(of: statistics(values), scheme: scheme)
                #expect(range.upperBound > 0 && range.upperBound.isFinite)
            }
        }
    }

    @Test("Counts on equal bins add up to the cumulative count")
    func counts() {
        let density = ValueDensity(statistics(Million.laplace).histogram.absolute())
        for threshold in [0.001, 1.7, 5, 100] {
            let counts = density.counts(bins: 2048, upTo: threshold)
            var sum = 0.0
            for bin in stride(from: 0, to: 2048, by: 97) {
                sum = counts[...bin].reduce(0, +)
                let expected = density.moments(to: Double(bin + 1) * threshold / 2048).count
                #expect(abs(sum - expected) < 1e-6 * expected + 1e-6)
            }
        }
    }
}
