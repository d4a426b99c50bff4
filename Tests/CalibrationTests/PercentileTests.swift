import BitdepthOperators
import Testing

@testable import BitdepthCalibration

@Suite("Percentile ranges") struct PercentileTests {
    @Test("100 % is minmax, exactly", arguments: [QuantizationScheme.uint8Activations, .symmetric(8)])
    func everything(scheme: QuantizationScheme) throws {
        var random = SplitMix64(seed: 31)
        for count in [1, 2, 3, 10, 1000] {
            let values = (0..<count).map { _ in Float(random.normal() * 3 + 1) }
            let percentile = try CalibrationMethod.percentile(100).range(of: statistics(values), scheme: scheme)
            #expect(percentile == (try CalibrationMethod.minmax.range(of: statistics(values), scheme: scheme)))
        }
    }

    @Test(
        "A higher percentile never gives a narrower range",
        arguments: [QuantizationScheme.uint8Activations, .symmetric(8)])
    func monotone(scheme: QuantizationScheme) throws {
        for values in [Array(Million.laplace[..<5000]), Array(Million.relu[..<5000]), [1, 2, -7, 1e6]] {
            let observed = statistics(values)
            var last = 0.0...0.0
            for percent in [51, 60, 75, 90, 99, 99.5, 99.9, 99.99, 99.999, 99.9999, 100] {
                let range = try CalibrationMethod.percentile(percent).range(of: observed, scheme: scheme)
                #expect(range.lowerBound <= last.lowerBound && range.upperBound >= last.upperBound, "\(percent)")
                last = range
            }
        }
    }

    @Test("On small data each end lies in the bin of the order statistic", arguments: [60.0, 80, 90, 99])
    func orderStatistic(percent: Double) throws {
        var random = SplitMix64(seed: 32)
        let values = (0..<200).map { _ in Float(random.laplace()) }.sorted()
        let range = try CalibrationMethod.percentile(percent).range(of: statistics(values), scheme: .uint8Activations)
        let share = (100 - percent) / 200
        func orderStatistic(_ share: Double) -> Float { values[max(Int((share * 200).rounded(.up)), 1) - 1] }
        for (end, value) in [(range.lowerBound, orderStatistic(share)), (range.upperBound, orderStatistic(1 - share))] {
            let bin = HistogramBin(of: value)
            #expect(bin.lower <= end && end <= bin.upper, "\(percent): \(end) for \(value)")
        }
    }

    @Test("A symmetric scheme takes the percentile of the magnitude")
    func magnitudes() throws {
        let range = try CalibrationMethod.percentile(99).range(of: statistics(Million.gaussian), scheme: .symmetric(8))
        #expect(abs(range.upperBound - 2.5758) < 0.02)
        let twoSided = try CalibrationMethod.percentile(99).range(
            of: statistics(Million.gaussian), scheme: .uint8Activations)
        #expect(abs(twoSided.upperBound - 2.5758) < 0.02)
        #expect(abs(twoSided.lowerBound + 2.5758) < 0.02)
    }

    @Test("Outliers are left out")
    func outliers() throws {
        let values = Million.gaussian + [100, -100, 90]
        let range = try CalibrationMethod.percentile(99.99).range(of: statistics(values), scheme: .uint8Activations)
        #expect(range.upperBound < 5 && range.lowerBound > -5)
    }
}
