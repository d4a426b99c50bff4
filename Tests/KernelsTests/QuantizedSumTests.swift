import CBitdepthKernels
import Testing

@Suite("Quantized sums")
struct QuantizedSumTests {
    @Test("Sums of random shapes are exact and nothing else is written", arguments: KernelTable.supported)
    func randomShapes(table: KernelTable) {
        for seed in 0..<90 {
            let sum = QuantizedSumCase(seed: seed)
            expectSameBytes(sum.run(table), sum.expectedOutput(), "seed \(seed), \(sum)")
        }
    }

    @Test("Any split of the pixels gives the same bytes", arguments: KernelTable.supported)
    func splits(table: KernelTable) {
        for seed in 100..<120 {
            let sum = QuantizedSumCase(seed: seed)
            var generator = SeededNumbers(seed: seed)
            let cuts = (0..<3).map { _ in generator.integer(0...sum.pixels) }.sorted()
            expectSameBytes(sum.run(table, cuts: cuts), sum.run(table), "seed \(seed), cut at \(cuts), \(sum)")
        }
    }

    @Test("What is added to the codes by the way is added as afterwards", arguments: KernelTable.supported)
    func additions(table: KernelTable) {
        for seed in 200..<240 {
            var sum = QuantizedSumCase(seed: seed)
            var generator = SeededNumbers(seed: seed)
            sum.requantization.kind = BD_OUTPUT_U8
            let codes = KernelMemory(generator.codes(sum.pixels * sum.outputPixel))
            let cuts = (0..<2).map { _ in generator.integer(0...sum.pixels) }.sorted()
            expectSameBytes(
                sum.run(table, cuts: cuts, adding: codes), sum.run(table, adding: codes, isApart: true),
                "seed \(seed), cut at \(cuts), \(sum)")
        }
    }

    @Test("Every number of columns up to 70 leaves its neighbours alone", arguments: KernelTable.supported)
    func columnTails(table: KernelTable) {
        for columns in 1...70 {
            var generator = SeededNumbers(seed: columns)
            var sum = QuantizedSumCase(width: 5, channels: columns % 9 + 1, columns: columns, outputGap: columns % 3)
            sum.fill(.any, using: &generator)
            expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
        }
    }

    @Test(
        "Every depth up to 67 and every number of pixels up to 26 is summed to its end",
        arguments: KernelTable.supported)
    func depthTails(table: KernelTable) {
        for depth in 1...67 {
            var generator = SeededNumbers(seed: depth)
            var sum = QuantizedSumCase(width: depth % 26 + 1, channels: depth, columns: 17)
            sum.fill(depth % 2 == 0 ? .any : .moderate, using: &generator)
            expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
        }
    }

    @Test("Long sums of extreme codes neither saturate nor wrap", arguments: KernelTable.supported)
    func extremes(table: KernelTable) {
        for (weight, zero) in [(Int8(-128), nil), (127, nil), (64, nil), (-64, nil), (-128, Int32(127))] {
            var generator = SeededNumbers(seed: 1)
            var sum = QuantizedSumCase(width: 7, channels: 4099, columns: 35)
            sum.fill(.extreme, using: &generator)
            sum.input = sum.input.map { _ in 255 }
            sum.weights = sum.weights.map { _ in weight }
            sum.weightZero = zero.map { Array(repeating: $0, count: sum.columns) }
            sum.requantization.kind = BD_OUTPUT_S32
            expectSameBytes(sum.run(table), sum.expectedOutput(), "weight \(weight)")
        }
    }

    @Test("Weights of which only some pairs are safe are summed exactly", arguments: KernelTable.supported)
    func moderateWeights(table: KernelTable) {
        for columns in [5, 16, 32, 50] {
            var generator = SeededNumbers(seed: columns)
            var sum = QuantizedSumCase(
                height: 2, width: 5, channels: 31, columns: columns, kernelHeight: 3, kernelWidth: 3)
            sum.fill(.moderate, using: &generator)
            sum.input = sum.input.map { _ in 255 }
            expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
        }
    }

    @Test("Products beyond 32 bits saturate to the limits", arguments: KernelTable.supported)
    func saturation(table: KernelTable) {
        for columns in [7, 16, 31, 64, 90] {
            var generator = SeededNumbers(seed: columns)
            var sum = QuantizedSumCase(width: 13, channels: 9, columns: columns)
            sum.fill(.extreme, using: &generator)
            let bias: [Int32] = [.max - 300_000, .min + 300_000, 0, 1000]
            sum.bias = (0..<columns).map { bias[$0 % bias.count] }
            let multipliers: [Float] = [1, 1.5, -1, -3e5, 3e7, 1e30, 0x1p-24, -0x1p-23]
            sum.requantization.multipliers = (0..<columns).map { _ in multipliers[generator.integer(0...7)] }
            sum.requantization.zeroPoint = 113
            sum.requantization.codes = 3...250
            expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
        }
    }

    @Test("Halves round to the even code", arguments: KernelTable.supported)
    func ties(table: KernelTable) {
        var sum = QuantizedSumCase(width: 256, channels: 1, columns: 3)
        sum.input = (0...255).map { UInt8($0) }
        sum.weights = [1, 1, -1]
        sum.bias = [0, 1, 255]
        sum.requantization = Requantization(multipliers: [0.5, 0.5, 0.5], zeroPoint: 1)
        expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
    }
}
