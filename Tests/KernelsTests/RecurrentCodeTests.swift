import CBitdepthKernels
import Testing

/// One step of cells of one gate whose function is x itself: the sum of the products of codes.
private struct CodedStep {
    var hidden: Int
    var limit: Int
    var states: [[Float]]
    var weights: [Int8]
    var scales: [Float]
    var input: [Float]

    init(hidden: Int, sequences: Int, limit: Int = 32767, reach: Float = 1, seed: Int = 1) {
        var numbers = SeededNumbers(seed: seed)
        self.hidden = hidden
        self.limit = limit
        states = (0..<sequences).map { _ in numbers.floats(hidden).map { $0 * reach } }
        weights = (0..<hidden * hidden).map { _ in Int8(numbers.integer(-127...127)) }
        scales = numbers.floats(hidden).map { 0.0015 + 0.0005 * $0 }
        input = numbers.floats(sequences * hidden)
    }

    private var stride: Int { (hidden + 63) / 64 * 64 }

    func run(_ table: KernelTable) -> [Float] {
        let (sequences, entries) = (states.count, table.entries)
        let packed = KernelMemory<Int8>(count: entries.recurrent_packed_bytes(Int64(hidden), 1, true))
        entries.qrecurrent_pack(weights, Int64(hidden), 1, packed.start)
        let zeros = [Float](repeating: 0, count: sequences * stride)
        let scales = KernelMemory(scales + zeros.dropFirst(sequences * stride - stride + hidden))
        let bias = KernelMemory([Float](repeating: 0.25, count: stride))
        let padding = [Float](repeating: 0, count: stride - hidden)
        let (first, second) = (KernelMemory(states.flatMap { $0 + padding }), KernelMemory(zeros))
        let codes = [KernelMemory<UInt16>(count: zeros.count), KernelMemory<UInt16>(count: zeros.count)]
        let grains = KernelMemory<Float>(count: 2 * sequences)
        let (input, output) = (KernelMemory(input), KernelMemory<Float>(count: input.count))
        let identity = bd_activation(function: BD_AFFINE, alpha: 1, beta: 0)
        var job = bd_recurrent()
        job.cell = BD_CELL_RNN
        (job.hidden, job.stride, job.steps) = (Int64(hidden), Int64(stride), 1)
        (job.input_sequence, job.output_sequence) = (Int64(hidden), Int64(hidden))
        (job.input, job.output) = (UnsafePointer(input.start), output.start)
        job.packed_weights = UnsafeRawPointer(packed.start)
        (job.scales, job.bias) = (UnsafePointer(scales.start), UnsafePointer(bias.start))
        job.states = (first.start, second.start)
        job.codes = (UnsafeMutableRawPointer(codes[0].start), UnsafeMutableRawPointer(codes[1].start))
        (job.grains, job.code_limit, job.clip) = (grains.start, Float(limit), .infinity)
        job.activations = (identity, identity, identity)
        // The job holds bare pointers.
        return withExtendedLifetime((packed, scales, bias, first, second, codes, grains, input, output)) {
            entries.qrecurrent_begin(&job, 0, Int64(sequences))
            entries.recurrent(&job, 0, 1, 0, Int64(sequences), 0, Int64(hidden))
            return (0..<input.count).map { output.start[$0] }
        }
    }

    /// The definition, with sums in 64 bits.
    var expected: [Float] {
        states.enumerated().flatMap { sequence, state in
            let bound = max(1, state.map(abs).max() ?? 0)
            let codes = state.map { Int(($0 * (Float(limit) / bound)).rounded(.toNearestOrEven)) }
            return (0..<hidden).map { unit in
                let products = (0..<hidden).reduce(0) { $0 + codes[$1] * Int(weights[unit * hidden + $1]) }
                return (input[sequence * hidden + unit] + 0.25)
                    .addingProduct(Float(products), scales[unit] * (bound / Float(limit)))
            }
        }
    }
}

@Suite("Codes of the states of recurrent cells")
struct RecurrentCodeTests {
    @Test(
        "Sums of codes are exact, and dequantized with one rounding", arguments: KernelTable.supported,
        [1, 2, 5, 16, 31, 70])
    func sums(table: KernelTable, hidden: Int) {
        for sequences in 1...5 {
            let step = CodedStep(hidden: hidden, sequences: sequences, seed: hidden)
            #expect(step.run(table) == step.expected, "\(sequences) sequences")
        }
    }

    @Test("A first state beyond 1 is the bound of its own sequence", arguments: KernelTable.supported)
    func largeFirstStates(table: KernelTable) {
        var step = CodedStep(hidden: 20, sequences: 3, reach: 50)
        step.states[1] = step.states[1].map { $0 / 100 }
        #expect(step.run(table) == step.expected)
    }

    @Test("Sums that just fit 32 bits are right", arguments: KernelTable.supported, [-1 as Float, 1])
    func largestSums(table: KernelTable, sign: Float) {
        var step = CodedStep(hidden: 600, sequences: 2, limit: Int(Int32.max) / (127 * 600))
        step.weights = step.weights.map { _ in 127 }
        step.states = step.states.map { $0.map { _ in sign } }
        #expect(step.run(table) == step.expected)
    }

    @Test(
        "A first state that is not finite makes the sums of its sequence NaN, and no other's",
        arguments: KernelTable.supported, [Float.nan, .infinity])
    func notFinite(table: KernelTable, value: Float) {
        var step = CodedStep(hidden: 20, sequences: 3)
        let other = step.run(table)
        step.states[1][7] = value
        let found = step.run(table)
        #expect(found[20..<40].allSatisfy { $0.isNaN })
        #expect(found[..<20] == other[..<20] && found[40...] == other[40...])
    }
}
