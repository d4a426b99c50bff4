import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Sums of 8-bit codes with 4-bit weights")
struct FourBitWeightTests {
    private func convolution(seed: UInt64, kernel: Int, channels: Int, group: Int = 1) throws -> IslandMaker {
        var maker = IslandMaker(seed: seed)
        let x = try maker.activation([2, channels, 7, 6])
        let w = try maker.weight([24, channels / group, kernel, kernel], type: .int4, axis: 0)
        let y = maker.add(
            "Conv", [x, w], ["pads": .ints([Int](repeating: kernel / 2, count: 4)), "group": .int(group)])
        try maker.quantizedOutput(y)
        return maker
    }

    @Test("Convolutions agree with the reference")
    func convolutions() throws {
        var tally = IslandTally()
        for (seed, form) in [(1, 40, 1), (3, 36, 1), (5, 4, 1), (3, 24, 24), (3, 24, 2)].enumerated() {
            let maker = try convolution(seed: UInt64(seed), kernel: form.0, channels: form.1, group: form.2)
            try tally.compare(maker, kernel: form.2 == 24 ? "qdepthwise" : "qgemm", seed: UInt64(seed))
        }
        tally.expectAgreement()
    }

    @Test("Matrix products agree with the reference, and AVX2 adds them in 16 bits first")
    func products() throws {
        var tally = IslandTally()
        for seed in 0..<4 {
            var maker = IslandMaker(seed: UInt64(seed))
            let x = try maker.activation([9, 50])
            let y = maker.add("MatMul", [x, try maker.weight([50, 35], type: .int4, axis: seed % 2 == 0 ? 1 : nil)])
            try maker.quantizedOutput(y)
            try tally.compare(maker, kernel: "qgemm", seed: UInt64(seed))
            guard InstructionSet.avx2.isSupported else { continue }
            let compiled = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: .avx2))
            let kernels = try compiled.program(for: maker.inputs).descriptions.map(\.kernel)
            #expect(kernels.contains("qgemm-narrow avx2"), "\(kernels)")
        }
        tally.expectAgreement()
    }

    @Test("Few rows of many weights are multiplied by packed nibbles where that gains", arguments: 1...5)
    func fewRows(rows: Int) throws {
        var tally = IslandTally()
        for (depth, columns) in [(700, 100), (257, 300)] {
            var maker = IslandMaker(seed: UInt64(rows))
            let x = try maker.activation([rows, depth])
            let y = maker.add("MatMul", [x, try maker.weight([depth, columns], type: .int4, axis: 1)])
            try maker.quantizedOutput(y)
            try tally.compare(maker, kernel: "qgemm", seed: UInt64(rows))
            guard InstructionSet.avx512vnni.isSupported else { continue }
            let compiled = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: .avx512vnni))
            let kernels = try compiled.program(for: maker.inputs).descriptions.map(\.kernel)
            #expect(kernels.contains("qnibble avx512vnni") == (rows < 5), "\(kernels)")
        }
        tally.expectAgreement()
    }
}
