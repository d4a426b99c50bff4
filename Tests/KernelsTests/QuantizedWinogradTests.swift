import CBitdepthKernels
import Testing

extension KernelTable {
    /// The tables that filter 3×3 kernels by Winograd's algorithm.
    static let withWinograd = supported.filter { $0.entries.qwinograd != nil }
}

extension QuantizedSumCase {
    var tiles: Int { images * ((height + 1) / 2) * ((width + 1) / 2) }

    /// A random 3×3 convolution with random data.
    static func winograd(seed: Int) -> QuantizedSumCase {
        var generator = SeededNumbers(seed: seed)
        var sum = QuantizedSumCase(
            images: generator.integer(1...2), height: generator.integer(1...7), width: generator.integer(1...9),
            channels: generator.chance(8) ? generator.integer(71...260) : generator.integer(1...40),
            columns: generator.chance(8) ? generator.integer(49...70) : generator.integer(1...35),
            kernelHeight: 3, kernelWidth: 3, outputGap: generator.chance(2) ? generator.integer(1...9) : 0)
        sum.fill(WeightKind.allCases[generator.integer(0...WeightKind.allCases.count - 1)], using: &generator)
        return sum
    }
}

@Suite("Quantized sums by Winograd's filtering")
struct QuantizedWinogradTests {
    @Test("Sums of random shapes are exact and nothing else is written", arguments: KernelTable.withWinograd)
    func randomShapes(table: KernelTable) {
        for seed in 0..<60 {
            let sum = QuantizedSumCase.winograd(seed: seed)
            expectSameBytes(sum.run(table, tiles: sum.tiles), sum.expectedOutput(), "seed \(seed), \(sum)")
        }
    }

    @Test("Any split of the tiles gives the same bytes", arguments: KernelTable.withWinograd)
    func splits(table: KernelTable) {
        for seed in 100..<130 {
            let sum = QuantizedSumCase.winograd(seed: seed)
            var generator = SeededNumbers(seed: seed)
            let cuts = (0..<3).map { _ in generator.integer(0...sum.tiles) }.sorted()
            expectSameBytes(
                sum.run(table, cuts: cuts, tiles: sum.tiles), sum.run(table), "seed \(seed), cut at \(cuts), \(sum)")
        }
    }

    @Test("What is added to the codes by the way is added as afterwards", arguments: KernelTable.withWinograd)
    func additions(table: KernelTable) {
        for seed in 200..<230 {
            let sum = QuantizedSumCase.winograd(seed: seed)
            var generator = SeededNumbers(seed: seed)
            let codes = KernelMemory(generator.codes(sum.pixels * sum.outputPixel))
            let cuts = (0..<2).map { _ in generator.integer(0...sum.tiles) }.sorted()
            expectSameBytes(
                sum.run(table, cuts: cuts, tiles: sum.tiles, adding: codes),
                sum.run(table, adding: codes, isApart: true), "seed \(seed), cut at \(cuts), \(sum)")
        }
    }

    @Test("Every number of tiles up to 50 is summed to its end", arguments: KernelTable.withWinograd)
    func tileTails(table: KernelTable) {
        for tiles in 1...50 {
            var generator = SeededNumbers(seed: tiles)
            var sum = QuantizedSumCase(
                height: tiles % 2 + 1, width: 2 * tiles - tiles % 3 % 2, channels: tiles % 19 + 1, columns: 3,
                kernelHeight: 3, kernelWidth: 3)
            sum.fill(.any, using: &generator)
            expectSameBytes(sum.run(table, tiles: sum.tiles), sum.expectedOutput(), "\(sum)")
        }
    }

    @Test(
        "As many channels as there may be, of the largest codes and weights, do not wrap",
        arguments: KernelTable.withWinograd)
    func extremes(table: KernelTable) {
        for (weight, bias) in [
            (Int8(-128), Int32(5)), (127, -7), (-128, .max - 310_000_000), (127, .min + 310_000_000),
        ] {
            var generator = SeededNumbers(seed: 1)
            var sum = QuantizedSumCase(
                height: 3, width: 4, channels: Int(BD_WINOGRAD_CHANNELS), columns: 18, kernelHeight: 3, kernelWidth: 3)
            sum.fill(.any, using: &generator)
            sum.input = sum.input.map { _ in 255 }
            sum.weights = sum.weights.enumerated().map { $0 % 9 == 4 && generator.chance(9) ? $1 : weight }
            sum.bias = sum.bias.map { _ in bias }
            sum.requantization = Requantization(
                multipliers: [Float](repeating: 0x1p-24, count: sum.columns), zeroPoint: 128)
            expectSameBytes(sum.run(table, tiles: sum.tiles), sum.expectedOutput(), "weight \(weight), bias \(bias)")
        }
    }
}
