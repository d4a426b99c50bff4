import CBitdepthKernels
import Testing

@Suite("Quantized sums of small weights")
struct NarrowWeightTests {
    private func sum(columns: Int, channels: Int, kernel: Int, largest: Int, seed: Int) -> QuantizedSumCase {
        var generator = SeededNumbers(seed: seed)
        var sum = QuantizedSumCase(
            height: 2, width: 5, channels: channels, columns: columns, kernelHeight: kernel, kernelWidth: kernel)
        sum.fill(.any, using: &generator)
        sum.weights = sum.weights.map { _ in Int8(generator.integer(-largest...largest)) }
        return sum
    }

    @Test("Sums of 4-bit weights are exact for random and extreme codes", arguments: KernelTable.supported)
    func exact(table: KernelTable) {
        for (seed, columns) in [1, 5, 16, 17, 32, 50, 70].enumerated() {
            for (channels, kernel) in [(13, 1), (64, 1), (77, 1), (7, 3), (33, 3)] {
                var sum = sum(columns: columns, channels: channels, kernel: kernel, largest: 8, seed: seed)
                expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
                sum.input = sum.input.map { _ in 255 }
                for weight in [Int8(8), -8] {
                    sum.weights = sum.weights.map { _ in weight }
                    expectSameBytes(sum.run(table), sum.expectedOutput(), "weight \(weight), \(sum)")
                }
            }
        }
    }

    private func isNarrow(_ sum: QuantizedSumCase, _ table: KernelTable) -> Bool? {
        guard let ask = table.entries.qgemm_is_narrow else { return nil }
        let segments = Int64(sum.segmentOffsets.count), length = Int64(sum.segmentLength)
        let packed = KernelMemory<Int8>(count: table.entries.qgemm_packed_bytes(Int64(sum.columns), segments, length))
        table.entries.qgemm_pack(sum.weights, Int64(sum.columns), segments, length, packed.start)
        return withExtendedLifetime(packed) { ask(packed.start, Int64(sum.columns), segments, length) }
    }

    @Test("16 bits are used where the weights prove that they suffice", arguments: KernelTable.supported)
    func proof(table: KernelTable) {
        var sum = sum(columns: 40, channels: 64, kernel: 1, largest: 8, seed: 1)
        guard let random = isNarrow(sum, table) else { return }
        #expect(random)
        sum.weights = sum.weights.map { _ in 8 }
        #expect(isNarrow(sum, table) == true)
        // One more in a lane of the last column: 16 weights of 32 share it, and add up to 129.
        sum.weights[39 * 64 + 63] = 9
        #expect(isNarrow(sum, table) == false)
        sum.input = sum.input.map { _ in 255 }
        expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
        // The same sum, but of both signs, is no danger; nor is a heavy weight among light ones.
        sum.weights[39 * 64 + 62] = -8
        #expect(isNarrow(sum, table) == true)
        sum.weights = sum.weights.indices.map { $0 % 32 == 0 ? 127 : $0 % 32 == 1 ? 1 : 0 }
        #expect(isNarrow(sum, table) == true)
        expectSameBytes(sum.run(table), sum.expectedOutput(), "\(sum)")
    }
}
