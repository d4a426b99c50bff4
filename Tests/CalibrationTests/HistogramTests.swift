import Testing

@testable import BitdepthCalibration

private func histogram(_ values: [Float]) -> Histogram {
    var histogram = Histogram()
    histogram.insert(contentsOf: values)
    return histogram
}

@Suite("Histogram") struct HistogramTests {
    @Test("A value lies between the edges of its bin, and bins of an octave are equally wide")
    func edges() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<20_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard value.isFinite, value != 0 else { continue }
            let bin = HistogramBin(of: value)
            let magnitude = Double(value.magnitude)
            #expect(bin.innerEdge <= magnitude && magnitude < bin.outerEdge)
            #expect(bin.lower <= Double(value) && Double(value) <= bin.upper)
            let width =
                value.isNormal
                ? 1.0 / 128 * Double(sign: .plus, exponent: Int(value.exponent), significand: 1) : 0x1p-133
            #expect(bin.outerEdge - bin.innerEdge == width)
        }
    }

    @Test("Every value is counted once, as counting bit patterns one by one counts it")
    func counting() {
        var random = SplitMix64(seed: 12)
        let values = (0..<50_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
        let counted = histogram(values)
        var expected: [UInt16: UInt64] = [:]
        for value in values where value.isFinite { expected[UInt16(value.bitPattern >> 16), default: 0] += 1 }
        #expect(counted.occupiedBins.count == expected.count)
        for (bin, count) in counted.occupiedBins { #expect(expected[bin.pattern] == count) }
        #expect(counted.totalCount == 50_000)
        #expect(counted.notANumberCount == UInt64(values.count { $0.isNaN }))
        #expect(counted.extent?.lowerBound == values.filter(\.isFinite).min())
        #expect(counted.extent?.upperBound == values.filter(\.isFinite).max())
    }

    @Test("Zeros, subnormal numbers, NaN and infinities each go where they belong", arguments: 0..<6)
    func specials(rotation: Int) {
        let nan = Float(bitPattern: 0x7F80_0001)
        let (subnormal, nearZero) = (Float(bitPattern: 1 << 17), Float(bitPattern: 700))
        let all: [Float] = [0, -0.0, .nan, nan, .infinity, -.infinity, -.infinity, subnormal, -nearZero, 3]
        let counted = histogram(Array(all[rotation...] + all[..<rotation]))
        #expect(counted.zeroCount == 3)
        #expect(counted.finiteCount == 5)
        #expect(counted.notANumberCount == 2)
        #expect(counted.positiveInfinityCount == 1)
        #expect(counted.negativeInfinityCount == 2)
        #expect(counted.extent == -nearZero...3)
        #expect(counted == histogram(all))
    }

    @Test("Nothing finite gives no extent", arguments: [[], [Float.nan], [.infinity, -.infinity]])
    func empty(values: [Float]) {
        let counted = histogram(values)
        #expect(counted.extent == nil)
        #expect(counted.finiteCount == 0)
        #expect(counted.mean == nil)
        #expect(counted.cumulative(to: 1) == 0)
    }

    @Test("The extent is exact for every length and position of the extremes")
    func extent() {
        for count in 1...40 {
            for position in 0..<count {
                var values = [Float](repeating: 0.5, count: count)
                values[position] = -7.25
                values[(position + 1) % count] = 9.125
                let low: Float = count == 1 ? 9.125 : -7.25
                #expect(histogram(values).extent == low...9.125)
            }
        }
    }

    @Test("The order of values and the way they are split does not show, to the byte")
    func orderAndSplit() {
        let values = Array(Million.gaussian[..<20_000]) + [.nan, -.infinity, 1e30, -0.0, Float(bitPattern: 7000)]
        let whole = histogram(values)
        var random = SplitMix64(seed: 13)
        for parts in [1, 2, 3, 7, 100] {
            let shuffled = values.shuffled(using: &random)
            var pieces = (0..<parts).map { part in
                histogram(Array(shuffled[part * values.count / parts..<(part + 1) * values.count / parts]))
            }
            pieces.shuffle(using: &random)
            var merged = Histogram()
            for piece in pieces { merged.merge(piece) }
            #expect(merged.serialized() == whole.serialized())
            #expect(merged == whole)
        }
        var other = whole
        other.insert(contentsOf: [0.5])
        #expect(other != whole)
        #expect(other.serialized() != whole.serialized())
    }

    @Test("Cumulative counts are exact at bin edges and linear between them")
    func cumulative() {
        let counted = histogram([1, 1, 1.5, 2, -3, 0, 0, .nan])
        #expect(counted.cumulative(to: -4) == 0)
        #expect(counted.cumulative(to: -3) == 1)
        #expect(counted.cumulative(to: -0.1) == 1)
        #expect(counted.cumulative(to: 0) == 3)
        #expect(counted.cumulative(to: 1) == 3)
        #expect(counted.cumulative(to: 1 + 1.0 / 256) == 4)
        #expect(counted.cumulative(to: 1.4) == 5)
        #expect(counted.cumulative(to: 2) == 7)
        #expect(counted.cumulative(to: 100) == 7)
    }

    @Test("Mean and mean square by uniform density are those of the values to 1 in 10,000")
    func moments() throws {
        let counted = histogram(Million.relu)
        let mean = Million.relu.reduce(0) { $0 + Double($1) } / 1e6
        let square = Million.relu.reduce(0) { $0 + Double($1) * Double($1) } / 1e6
        #expect(abs(try #require(counted.mean) / mean - 1) < 1e-4)
        #expect(abs(try #require(counted.meanSquare) / square - 1) < 1e-4)
    }

    @Test("Scaling by a power of two is what scaling the values is", arguments: [-30, -1, 0, 5, 60])
    func scaling(exponent: Int) {
        let factor = Float(sign: .plus, exponent: exponent, significand: 1)
        let values = Array(Million.gaussian[..<1000]) + [.nan, .infinity, 0]
        #expect(histogram(values).scaled(byPowerOfTwo: exponent) == histogram(values.map { $0 * factor }))
    }

    @Test("Scaling out of the range of FP32 gives infinities and zeros, and loses no value")
    func scalingOut() {
        let large = histogram([1, -2, 0, 3]).scaled(byPowerOfTwo: 128)
        #expect(large.positiveInfinityCount == 2)
        #expect(large.negativeInfinityCount == 1)
        #expect(large.zeroCount == 1)
        let small = histogram([1, -2, 0, 3]).scaled(byPowerOfTwo: -200)
        #expect(small.zeroCount == 4)
        #expect(small.extent == 0...0)
    }

    @Test("Folding the signs is what taking magnitudes is")
    func folding() {
        let values = Array(Million.gaussian[..<1000]) + [0, -0.0]
        let folded = histogram(values).absolute()
        #expect(folded.occupiedBins.elementsEqual(histogram(values.map(abs)).occupiedBins) { $0 == $1 })
        #expect(folded.extent == 0...(values.map(abs).max() ?? 0))
        #expect(histogram(values).magnitudes(of: .negative).finiteCount == UInt64(values.count { $0 <= 0 }))
        #expect(histogram([-5, -2, -Float(bitPattern: 7000)]).magnitudes(of: .positive).finiteCount == 1)
        #expect(histogram([-5, -2]).magnitudes(of: .both).extent == 2...5)
    }

    @Test("Memory does not grow with the number of values")
    func memory() {
        var counted = histogram(Million.gaussian)
        let before = counted.memoryFootprint
        for _ in 0..<3 { counted.insert(contentsOf: Million.gaussian) }
        #expect(counted.memoryFootprint == before)
        #expect(before < 100_000)
        #expect(counted.finiteCount == 4_000_000)
    }
}
