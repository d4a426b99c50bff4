import BitdepthTensors
import Testing

@testable import BitdepthMetrics

private func near(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
    value.map { abs($0 - expected) <= tolerance * max(abs(expected), 1) } ?? false
}

@Suite("Differences of values") struct DifferenceTests {
    private static let reference: [Float] = [1, -2, 3, 0.5, 0, 4, -1, 2, 7, 0.25]
    private static let values: [Float] = [1.5, -2, 2, 0.5, 0.25, 4, -1, 2.5, 7, 0]

    private func measured<Metric: PairedMetric>(_ metric: Metric.Type) throws -> Metric {
        var result = Metric()
        try result.add(reference: Self.reference, Self.values)
        return result
    }

    @Test("Each metric is what pencil and paper give")
    func numbers() throws {
        // Σr² = 84.3125, Σ(r-r')² = 1.625, Σrr' = 82.75, Σr'² = 82.8125.
        let noise = try measured(SignalToQuantizationNoise.self)
        #expect(noise.signalEnergy == 84.3125)
        #expect(noise.noiseEnergy == 1.625)
        #expect(near(noise.decibels, 17.150386017010863, 1e-12))
        #expect(try measured(MeanSquaredError.self).value == 0.1625)
        #expect(near(try measured(MeanSquaredError.self).root, 0.40311288741, 1e-10))
        #expect(near(try measured(CosineSimilarity.self).value, 82.75 / (84.3125 * 82.8125).squareRoot()))
        #expect(try measured(MaximumAbsoluteError.self).value == 1)
    }

    @Test("Without a pair there is no result")
    func nothing() throws {
        #expect(SignalToQuantizationNoise().decibels == nil)
        #expect(MeanSquaredError().value == nil)
        #expect(MeanSquaredError().root == nil)
        #expect(CosineSimilarity().value == nil)
        #expect(MaximumAbsoluteError().value == nil)
        var empty = SignalToQuantizationNoise()
        try empty.add(reference: [Float](), [])
        #expect(empty.decibels == nil)
    }

    @Test("One bit is 6.02 dB")
    func oneBit() throws {
        var coarse = SignalToQuantizationNoise()
        var fine = SignalToQuantizationNoise()
        try coarse.add(reference: [1, 1], [1.5, 0.5])
        try fine.add(reference: [1, 1], [1.25, 0.75])
        #expect(near(coarse.decibels, 6.0205999133, 1e-9))
        #expect(near(fine.decibels, 12.0411998266, 1e-9))
    }

    @Test("Equal values have no noise; noise on nothing has no signal")
    func extremes() throws {
        var equal = SignalToQuantizationNoise()
        try equal.add(reference: [0, 0], [0, 0])
        #expect(equal.decibels == .infinity)
        var silent = SignalToQuantizationNoise()
        try silent.add(reference: [0], [1])
        #expect(silent.decibels == -.infinity)
        var zeros = CosineSimilarity()
        try zeros.add(reference: [0, 0], [0, 0])
        #expect(zeros.value == 1)
        try zeros.add(reference: [0], [1])
        #expect(zeros.value == 0)
        var spoiled = MaximumAbsoluteError()
        try spoiled.add(reference: [.infinity, 1], [.infinity, 2])
        #expect(spoiled.value == 1)
        try spoiled.add(reference: [1], [.nan])
        #expect(spoiled.value?.isNaN == true)
    }

    @Test("Buffers and tensors that do not fit together are refused")
    func mismatch() throws {
        var metric = MeanSquaredError()
        #expect(throws: BitdepthError.self) { try metric.add(reference: [1, 2], [1]) }
        let row = try Tensor([1, 2] as [Float], shape: [1, 2])
        let column = try Tensor([1, 2] as [Float], shape: [2, 1])
        let error = #expect(throws: BitdepthError.self) { try metric.add(reference: row, column) }
        #expect(error?.code == .shapeMismatch)
        try metric.add(reference: row, try Tensor(integers: [1, 3], shape: try Shape([1, 2]), type: .int8))
        #expect(metric.value == 0.5)
    }

    @Test("Lengths around the width of the lanes are summed whole", arguments: 1...34)
    func lengths(count: Int) throws {
        var metric = MeanSquaredError()
        try metric.add(reference: (1...count).map(Float.init), [Float](repeating: 0, count: count))
        #expect(metric.value == Double((count + 1) * (2 * count + 1)) / 6)
    }

    @Test("The order of samples and the split over accumulators do not show, to the bit")
    func merging() throws {
        var random = SplitMix64(seed: 5)
        let samples: [(reference: [Float], values: [Float])] = (0..<60).map { index in
            let reference = (0..<33).map { _ in Float.random(in: -1...1, using: &random) * (index % 7 == 0 ? 1e12 : 1) }
            return (reference, reference.map { $0 + Float.random(in: -0.1...0.1, using: &random) })
        }
        func check<Metric: PairedMetric>(_ metric: Metric.Type) throws {
            func measured(_ samples: some Sequence<(reference: [Float], values: [Float])>) throws -> Metric {
                var result = Metric()
                for sample in samples { try result.add(reference: sample.reference, sample.values) }
                return result
            }
            let whole = try measured(samples)
            for parts in [1, 2, 7] {
                let shuffled = samples.shuffled(using: &random)
                var merged = Metric()
                for part in 0..<parts {
                    merged.merge(try measured(shuffled[part * 60 / parts..<(part + 1) * 60 / parts]))
                }
                #expect(merged == whole)
            }
        }
        try check(SignalToQuantizationNoise.self)
        try check(MeanSquaredError.self)
        try check(CosineSimilarity.self)
        try check(MaximumAbsoluteError.self)
    }
}
