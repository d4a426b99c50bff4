import Testing

@testable import BitdepthCalibration

@Suite("Tensor statistics") struct TensorStatisticsTests {
    private static let samples: [[Float]] = (0..<64).map { index in
        let spread = Float(1 + index % 7) * (index % 3 == 0 ? 1e-6 : 3e4)
        return Million.gaussian[index * 100..<index * 100 + 100].map { $0 * spread }
            + (index % 5 == 0 ? [.nan, -.infinity] : [])
    }

    private static func observed(_ samples: some Sequence<[Float]>) -> TensorStatistics {
        var statistics = TensorStatistics()
        for sample in samples { statistics.observe(sample: sample) }
        return statistics
    }

    @Test("The order of samples does not show, to the byte")
    func order() {
        let expected = Self.observed(Self.samples).serialized()
        var random = SplitMix64(seed: 21)
        for _ in 0..<10 { #expect(Self.observed(Self.samples.shuffled(using: &random)).serialized() == expected) }
        #expect(Self.observed(Self.samples.reversed()).serialized() == expected)
    }

    @Test("The split over shards and the grouping of merges do not show, to the byte", arguments: [1, 2, 3, 16, 64])
    func split(shards: Int) {
        let parts = (0..<shards).map { shard in
            Self.observed(Self.samples.indices.filter { $0 % shards == shard }.map { Self.samples[$0] })
        }
        var fromLeft = TensorStatistics()
        for part in parts { fromLeft.merge(part) }
        let fromRight = parts.reversed().reduce(TensorStatistics()) { sum, part in
            var merged = part
            merged.merge(sum)
            return merged
        }
        let expected = Self.observed(Self.samples)
        #expect(fromLeft.serialized() == expected.serialized())
        #expect(fromRight.serialized() == expected.serialized())
        #expect(fromLeft == expected)
    }

    @Test("The number of threads does not show, to the byte", arguments: [1, 2, 4, 8])
    func threads(count: Int) async {
        let merged = await withTaskGroup(of: TensorStatistics.self) { group in
            for thread in 0..<count {
                group.addTask {
                    Self.observed(Self.samples.indices.filter { $0 % count == thread }.map { Self.samples[$0] })
                }
            }
            return await group.reduce(into: TensorStatistics()) { $0.merge($1) }
        }
        #expect(merged.serialized() == Self.observed(Self.samples).serialized())
    }

    @Test("The mean of per-sample extremes is exact where FP64 sums would round")
    func meanExtent() {
        let statistics = Self.observed([[3e38, -1], [1e-38, -3], [-3e38, 0], [.nan], []])
        #expect(statistics.sampleCount == 5)
        #expect(statistics.finiteSampleCount == 3)
        #expect(statistics.meanExtent == Double(-(1 + 3) - Double(Float(3e38))) / 3...Double(Float(3e38)) / 3)
    }

    @Test("NaN and infinities are counted and kept out of every statistic")
    func nonFinite() {
        let values: [Float] = [-1, 0.5, 2]
        let clean = Self.observed([values])
        for position in 0...3 {
            var spoiled = values
            spoiled.insert(contentsOf: [.nan, .infinity, -.infinity], at: position)
            let statistics = Self.observed([spoiled])
            #expect(statistics.notANumberCount == 1)
            #expect(statistics.positiveInfinityCount == 1)
            #expect(statistics.negativeInfinityCount == 1)
            #expect(statistics.extent == clean.extent)
            #expect(statistics.meanExtent == clean.meanExtent)
            #expect(statistics.histogram.mean == clean.histogram.mean)
        }
    }
}
