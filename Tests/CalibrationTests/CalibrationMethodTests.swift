import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthCalibration

private let methods: [CalibrationMethod] = [.minmax, .average, .percentile(99.99), .mse, .entropy]
private let schemes: [QuantizationScheme] = [
    .uint8Activations, .int8Activations, .symmetric(8), .asymmetric(4), .symmetric(2), .asymmetric(16),
]

@Suite("Calibration methods") struct CalibrationMethodTests {
    @Test("A method is read as it is written", arguments: methods + [.percentile(100), .percentile(99.9999)])
    func roundTrip(method: CalibrationMethod) throws {
        #expect(try CalibrationMethod(parsing: method.description) == method)
    }

    @Test("percentile alone means 99.99")
    func defaultPercentile() throws {
        #expect(try CalibrationMethod(parsing: "percentile") == .percentile(99.99))
        #expect(CalibrationMethod.percentile(99.99).description == "percentile:99.99")
    }

    @Test(
        "What is no method is refused and the error names the methods there are",
        arguments: [
            "", "max", "MinMax", "percentile:", "percentile:50", "percentile:101", "percentile:nan", "mse:3",
            "entropy:8:1",
        ])
    func refused(text: String) throws {
        let error = #expect(throws: BitdepthError.self) { try CalibrationMethod(parsing: text) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains(text.hasPrefix("percentile") ? "percentile" : "minmax, average") == true)
    }

    @Test("A tensor that was never observed, or had nothing finite, is an error", arguments: methods)
    func nothing(method: CalibrationMethod) {
        for (values, words) in [
            (TensorStatistics(), "never observed"), (statistics([.nan, .infinity]), "no finite value"),
        ] {
            let error = #expect(throws: BitdepthError.self) { try method.range(of: values, scheme: .uint8Activations) }
            #expect(error?.code == .nothingObserved)
            #expect(error?.message.contains(words) == true)
        }
    }

    @Test(
        "A constant tensor is quantized to within half a step of the range from zero to it", arguments: methods, schemes
    )
    func constant(method: CalibrationMethod, scheme: QuantizationScheme) throws {
        for value: Float in [0.05, -3, 1e-9, 7e20] {
            let range = try method.range(of: statistics([Float](repeating: value, count: 100)), scheme: scheme)
            let parameters = QuantizationParameters(range: range, scheme: scheme)
            #expect(abs(parameters.roundTrip(value) / value - 1) < 1e-3, "\(method) \(value) \(range)")
        }
    }

    @Test("A tensor of zeros has an empty range and scale 1", arguments: methods, schemes)
    func zeros(method: CalibrationMethod, scheme: QuantizationScheme) throws {
        let range = try method.range(of: statistics([0, -0.0, 0]), scheme: scheme)
        #expect(range == 0...0)
        let parameters = QuantizationParameters(range: range, scheme: scheme)
        #expect(parameters.scale == 1)
        #expect(parameters.roundTrip(0) == 0)
    }

    @Test(
        "A tensor 1e-9 times as large has a range 1e-9 times as large", arguments: methods,
        [QuantizationScheme.symmetric(8), .asymmetric(4)])
    func tiny(method: CalibrationMethod, scheme: QuantizationScheme) throws {
        let values = Million.gaussian
        let range = try method.range(of: statistics(values), scheme: scheme)
        let tiny = try method.range(of: statistics(values.map { $0 * 1e-9 }), scheme: scheme)
        #expect(abs(tiny.upperBound / range.upperBound / 1e-9 - 1) < 0.01, "\(method)")
        #expect(abs(tiny.lowerBound / range.lowerBound / 1e-9 - 1) < 0.01, "\(method)")
    }

    @Test("Ranges contain zero and, in symmetric schemes, their own mirror image", arguments: methods, schemes)
    func shape(method: CalibrationMethod, scheme: QuantizationScheme) throws {
        for shift: Float in [-9, -1, 0, 1, 9] {
            let range = try method.range(of: statistics(Million.gaussian[..<5000].map { $0 + shift }), scheme: scheme)
            #expect(range.contains(0))
            if scheme.isSymmetric { #expect(range.lowerBound == -range.upperBound) }
            #expect(range.upperBound > range.lowerBound)
        }
    }

    @Test("Whatever FP32 numbers a tensor holds, the range is finite and contains zero", arguments: methods)
    func anything(method: CalibrationMethod) throws {
        var random = SplitMix64(seed: 61)
        for index in 0..<24 {
            let values = (0..<1 + index % 12).map { _ in
                Float(bitPattern: UInt32(truncatingIfNeeded: random.next()) & (index % 4 == 0 ? 0x80FF_FFFF : .max))
            }
            let observed = statistics(values + [[], [.nan], [0], [.greatestFiniteMagnitude]][index % 4])
            guard observed.extent != nil else { continue }
            for scheme in schemes {
                let range = try method.range(of: observed, scheme: scheme)
                #expect(range.contains(0) && range.lowerBound.isFinite && range.upperBound.isFinite, "\(values)")
                _ = QuantizationParameters(range: range, scheme: scheme)
            }
        }
    }

    @Test("Estimating leaves the statistics as they were and gives the same range again", arguments: methods)
    func mutatesNothing(method: CalibrationMethod) throws {
        let values = statistics(Array(Million.laplace[..<10_000]))
        let before = values.serialized()
        let first = try method.range(of: values, scheme: .uint8Activations)
        #expect(values.serialized() == before)
        #expect(try method.range(of: values, scheme: .uint8Activations) == first)
    }

    @Test("minmax is the extent, average the mean of the samples' extents")
    func plain() throws {
        var values = statistics([-1, 4])
        values.observe(sample: [-3, 1])
        #expect(try CalibrationMethod.minmax.range(of: values, scheme: .uint8Activations) == -3...4)
        #expect(try CalibrationMethod.average.range(of: values, scheme: .uint8Activations) == -2...2.5)
        #expect(try CalibrationMethod.average.range(of: values, scheme: .symmetric(8)) == -2.5...2.5)
        #expect(try CalibrationMethod.minmax.range(of: statistics([2, 4]), scheme: .uint8Activations) == 0...4)
    }
}
