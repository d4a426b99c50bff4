import BitdepthMetrics
import BitdepthOperators
import Testing

@testable import BitdepthCalibration

/// A distribution itself, without the noise of a sample: masses of 2^-13 wide cells up to 20 standard deviations.
private struct Distribution {
    private var cells: [(middle: Double, mass: Double)] = []

    static let gaussian = Distribution { x in (-x * x / 2).exponential }
    static let laplace = Distribution { x in (-2.0.squareRoot() * abs(x)).exponential }
    static let relu = Distribution(folded: gaussian)

    private init(density: (Double) -> Double) {
        let step = 0x1p-13
        let masses = stride(from: -20 + step / 2, to: 20, by: step).map { (middle: $0, mass: density($0)) }
        let total = masses.reduce(0) { $0 + $1.mass }
        cells = masses.map { ($0.middle, $0.mass / total) }
    }

    private init(folded other: Distribution) {
        cells = other.cells.map { (max($0.middle, 0), $0.mass) }
    }

    var histogram: Histogram {
        var histogram = Histogram()
        for cell in cells {
            let value = Float(cell.middle)
            histogram.add(UInt64(cell.mass * 0x1p60), to: HistogramBin(of: value))
            if cell.mass > 0x1p-60 { histogram.widen(to: value...value) }
        }
        return histogram
    }

    var signal: Double { cells.reduce(0) { $0 + $1.mass * $1.middle * $1.middle } }

    func error(_ parameters: QuantizationParameters) -> Double {
        cells.reduce(0) { $0 + $1.mass * squaredError(of: $1.middle, parameters) }
    }
}

@Suite("Ranges of least squared error") struct SquaredErrorTests {
    /// Optima for unit variance by direct numerical integration: SQNR in dB, and the clips (`S 2^(b-1)` of the full
    /// signed grid; the largest real of the unsigned one).
    private static let golden: [(bits: Int, gaussian: Double, laplace: Double, relu: Double, clips: [Double])] = [
        (2, 8.26, 6.84, 13.29, [2.097, 2.428, 1.952]),
        (3, 13.91, 11.43, 18.90, [2.407, 3.050, 2.474]),
        (4, 19.26, 15.98, 24.33, [2.709, 3.741, 2.899]),
        (6, 29.82, 25.36, 35.11, [3.334, 5.309, 3.607]),
        (8, 40.57, 35.21, 46.02, [3.938, 7.017, 4.215]),
    ]

    @Test(
        "The known optima of Gaussian, Laplace and half-Gaussian values are found to 0.02 dB",
        arguments: [2, 3, 4, 6, 8])
    func knownOptima(bits: Int) throws {
        let row = try #require(Self.golden.first { $0.bits == bits })
        let cases: [(Distribution, QuantizationScheme, Double, Double)] = [
            (Distribution.gaussian, .symmetric(bits), row.gaussian, row.clips[0]),
            (Distribution.laplace, .symmetric(bits), row.laplace, row.clips[1]),
            (Distribution.relu, .asymmetric(bits), row.relu, row.clips[2]),
        ]
        for (distribution, scheme, expected, clip) in cases {
            let range = SquaredErrorSearch(distribution.histogram, scheme).best().range
            let parameters = QuantizationParameters(range: range, scheme: scheme)
            let sqnr = decibels(distribution.signal / distribution.error(parameters))
            #expect(abs(sqnr - expected) < 0.02, "\(bits) bits: \(sqnr) dB for \(expected)")
            let found = scheme.isSymmetric ? Double(parameters.scale) * Double(1 << (bits - 1)) : range.upperBound
            #expect(abs(found / clip - 1) < 0.03, "\(bits) bits: clip \(found) for \(clip)")
        }
    }

    @Test("The error computed over codes, over bins and value by value is the same", arguments: [2, 4, 8])
    func threeWays(bits: Int) {
        for values in [Million.gaussian, Million.laplace.map { $0 + 0.3 }, Million.relu] {
            let density = ValueDensity(statistics(values).histogram)
            for scheme in [QuantizationScheme.symmetric(bits), .asymmetric(bits)] {
                for reach in [0.5, 2.1, 4, 20] {
                    let parameters = QuantizationParameters(range: -reach / 3...reach, scheme: scheme)
                    let byCodes = density.sumOverCodes(parameters) / density.total.count
                    let byBins = density.sumOverSegments(parameters) / density.total.count
                    #expect(abs(byCodes / byBins - 1) < 1e-7)
                    #expect(abs(byCodes / measuredError(values, parameters) - 1) < 5e-3)
                }
            }
        }
    }

    @Test("The error is never larger than that of minmax", arguments: [2, 3, 4, 6, 8])
    func neverWorse(bits: Int) throws {
        var random = SplitMix64(seed: 51)
        for index in 0..<40 {
            let count = [1, 2, 3, 10, 100, 3000][index % 6]
            let shift = Double(index % 5 - 2)
            let values = (0..<count).map { _ in Float((random.laplace() + shift) * (random.unit() < 0.02 ? 30 : 1)) }
            let density = ValueDensity(statistics(values).histogram)
            for scheme in [QuantizationScheme.symmetric(bits), .asymmetric(bits)] {
                let best = try CalibrationMethod.mse.range(of: statistics(values), scheme: scheme)
                let minmax = try CalibrationMethod.minmax.range(of: statistics(values), scheme: scheme)
                let error = density.squaredError(of: QuantizationParameters(range: best, scheme: scheme))
                #expect(error <= density.squaredError(of: QuantizationParameters(range: minmax, scheme: scheme)))
            }
        }
    }

    @Test("No scale and zero point on a dense grid is better by more than 0.01 dB", arguments: [2, 3, 4, 6])
    func denseGrid(bits: Int) throws {
        let scheme = QuantizationScheme.asymmetric(bits)
        var random = SplitMix64(seed: 52)
        let skewed = (0..<20_000).map { _ in
            let x = random.normal()
            return Float(x < 0 ? x * 0.17 : x * x)
        }
        for values in [skewed, Array(Million.laplace[..<20_000]), Million.gaussian[..<20_000].map { $0 + 1 }] {
            let observed = statistics(values)
            let density = ValueDensity(observed.histogram)
            let range = try CalibrationMethod.mse.range(of: observed, scheme: scheme)
            let found = density.squaredError(of: QuantizationParameters(range: range, scheme: scheme))
            var best = Double.infinity
            for zeroPoint in scheme.codes {
                var scale: Float = 20 / Float(scheme.codes.upperBound)
                while scale > 0.2 / Float(scheme.codes.upperBound) {
                    let parameters = QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: scheme.codes)
                    best = min(best, density.squaredError(of: parameters))
                    scale *= 0.993
                }
            }
            #expect(decibels(found / best) < 0.01, "\(range)")
        }
    }

    @Test(
        "Scaling the values scales the range",
        arguments: [QuantizationScheme.symmetric(4), .asymmetric(4), .asymmetric(8)])
    func equivariance(scheme: QuantizationScheme) throws {
        let values = Array(Million.laplace[..<50_000])
        let range = try CalibrationMethod.mse.range(of: statistics(values), scheme: scheme)
        for exponent in [-40, 3, 40] {
            let factor = Float(sign: .plus, exponent: exponent, significand: 1)
            let scaled = try CalibrationMethod.mse.range(of: statistics(values.map { $0 * factor }), scheme: scheme)
            #expect(abs(scaled.upperBound / (range.upperBound * Double(factor)) - 1) < 1e-6)
            #expect(abs(scaled.lowerBound / (range.lowerBound * Double(factor)) - 1) < 1e-6)
        }
    }

    @Test("The range chosen gives back the scale and zero point that were judged best")
    func exactParameters() throws {
        let estimate = try CalibrationMethod.mse.estimate(of: statistics(Million.gaussian), scheme: .asymmetric(4))
        #expect(estimate.numberOfCandidates > 100)
        let parameters = QuantizationParameters(range: estimate.range, scheme: .asymmetric(4))
        #expect(Double(parameters.scale) * 15 == estimate.range.upperBound - estimate.range.lowerBound)
        #expect(Double(-parameters.zeroPoint) * Double(parameters.scale) == estimate.range.lowerBound)
    }
}
