import CBitdepthKernels
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Kernels of recurrent cells")
struct RecurrentKernelTests {
    /// What cells of one gate make of sums that are given, 64 units at a time: the function itself.
    private func values(_ function: bd_activation_function, _ x: [Float], _ table: KernelTable) -> [Float] {
        let (units, sequences) = (64, (x.count + 63) / 64)
        let zeros = [Float](repeating: 0, count: sequences * units)
        let input = KernelMemory(x + zeros.dropFirst(x.count))
        let output = KernelMemory<Float>(count: zeros.count)
        let bias = KernelMemory(zeros)
        let states = [KernelMemory(zeros), KernelMemory(zeros)]
        let bytes = table.entries.recurrent_packed_bytes(Int64(units), 1, false)
        let weights = KernelMemory([Float](repeating: 0, count: bytes / 4))
        let activation = bd_activation(function: function, alpha: 0.3, beta: 0.6)
        var job = bd_recurrent()
        job.cell = BD_CELL_RNN
        (job.hidden, job.stride, job.steps) = (Int64(units), Int64(units), 1)
        (job.input_sequence, job.output_sequence) = (Int64(units), Int64(units))
        job.input = UnsafePointer(input.start)
        job.output = output.start
        job.packed_weights = UnsafeRawPointer(weights.start)
        job.bias = UnsafePointer(bias.start)
        job.states = (states[0].start, states[1].start)
        job.clip = .infinity
        job.activations = (activation, activation, activation)
        // The job holds bare pointers.
        withExtendedLifetime((input, bias, states, weights)) {
            table.entries.recurrent(&job, 0, 1, 0, Int64(sequences), 0, Int64(units))
        }
        return x.indices.map { output.start[$0] }
    }

    private func exact(_ function: bd_activation_function, _ x: Double) -> Double {
        let (alpha, beta) = (Double(Float(0.3)), Double(Float(0.6)))
        return switch function {
        case BD_SIGMOID: 1 / (1 + exp(-x))
        case BD_TANH: tanh(x)
        case BD_RELU: max(x, 0)
        case BD_AFFINE: alpha * x + beta
        case BD_LEAKY_RELU: x < 0 ? alpha * x : x
        case BD_THRESHOLDED_RELU: x < alpha ? 0 : x
        case BD_SCALED_TANH: alpha * tanh(beta * x)
        case BD_HARD_SIGMOID: min(max(alpha * x + beta, 0), 1)
        default: x / (1 + abs(x))
        }
    }

    @Test(
        "Functions of gates are exact to a few units in the last place, at zero and far out too",
        arguments: KernelTable.supported, 0..<9 as Range<UInt32>)
    func functions(table: KernelTable, function: UInt32) {
        let function = bd_activation_function(function)
        let x = (-4000...4000).map { Float($0) * 0.01 } + [1e-30, -1e-30, 1e-4, -1e-4, 86, -86, 3e4, -3e4]
        for (x, found) in zip(x, values(function, x, table)) {
            let expected = exact(function, Double(x))
            // The rounding of what goes in counts where results cancel.
            let bound = 4e-7 * abs(expected) + (function == BD_AFFINE || function == BD_HARD_SIGMOID ? 1e-7 : 1e-37)
            #expect(abs(Double(found) - expected) <= bound, "f(\(x)) = \(found), not \(expected)")
        }
    }

    @Test("Functions of gates have the same bits in all tables, and NaN stays NaN", arguments: 0..<9 as Range<UInt32>)
    func sameBits(function: UInt32) {
        let function = bd_activation_function(function)
        var numbers = SeededNumbers(seed: 3)
        let x = numbers.floats(600, special: 100).map { $0 * 20 }
        let results = KernelTable.supported.map { values(function, x, $0) }
        for result in results {
            #expect(KernelChecks.firstDifference(results[0], result) == nil)
            #expect(zip(x, result).allSatisfy { !$0.isNaN || $1.isNaN })
        }
    }

    @Test("Packing holds every weight once, and zeros", arguments: KernelTable.supported, [1, 2, 3, 4])
    func packing(table: KernelTable, gates: Int) {
        for hidden in [1, 5, 16, 70] {
            let count = gates * hidden * hidden
            let weights = (0..<count).map { Float($0 + 1) }
            let elements = table.entries.recurrent_packed_bytes(Int64(hidden), Int64(gates), false) / 4
            let packed = KernelMemory<Float>(count: elements)
            table.entries.recurrent_pack(weights, Int64(hidden), Int64(gates), packed.start)
            let found = (0..<elements).map { packed.start[$0] }.filter { $0 != 0 }.sorted()
            #expect(found == weights)
        }
    }
}
