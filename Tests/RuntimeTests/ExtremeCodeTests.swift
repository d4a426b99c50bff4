import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Extreme codes")
struct ExtremeCodeTests {
    /// `[rows, depth] × [depth, columns]` of codes at the ends of their ranges, and the exact sums.
    private func product(
        depth: Int, columns: Int, inputs: [UInt8], weights: [Int8], inputZero: Int, seed: UInt64
    ) throws -> (maker: IslandMaker, sums: [Int]) {
        var maker = IslandMaker(seed: seed)
        let rows = 7
        let x = (0..<rows * depth).map { _ in maker.numbers.choice(inputs) ?? 0 }
        let w = (0..<depth * columns).map { _ in maker.numbers.choice(weights) ?? 0 }
        let scheme = CodeScheme(scale: 1, zeroPoint: inputZero, isSigned: false)
        let activation = try maker.activation([rows, depth], scheme)
        for name in maker.inputs.keys { maker.inputs[name] = try Tensor(x, shape: [rows, depth]) }
        let weight = try maker.dequantize(
            maker.constant(try Tensor(w, shape: [depth, columns])), CodeScheme(scale: 1, zeroPoint: 0, isSigned: true))
        maker.output(maker.add("MatMul", [activation, weight]))
        var sums: [Int] = []
        for row in 0..<rows {
            for column in 0..<columns {
                sums.append(
                    (0..<depth).reduce(0) {
                        $0 + (Int(x[row * depth + $1]) - inputZero) * Int(w[$1 * columns + column])
                    })
            }
        }
        return (maker, sums)
    }

    @Test(
        "Sums of extreme codes are those of 64-bit integers", arguments: [1, 2, 4, 63, 255, 1024, 4096], [0, 128, 255])
    func exactSums(_ depth: Int, _ inputZero: Int) throws {
        let cases: [([UInt8], [Int8])] = [
            ([255], [-128]), ([255], [127]), ([0], [-128]), ([0, 255], [-128, 127]), ([254, 255], [126, 127, -128]),
        ]
        for (number, (inputs, weights)) in cases.enumerated() {
            let (maker, sums) = try product(
                depth: depth, columns: 37, inputs: inputs, weights: weights, inputZero: inputZero, seed: UInt64(number))
            for set in IslandTally.supportedSets {
                let compiled = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: set))
                let program = try compiled.program(for: maker.inputs)
                #expect(program.descriptions.contains { $0.kernel == "qgemm \(set)" })
                let found = try compiled.makeSession().run(maker.inputs).values.first?.floats()
                // The scale is 1: the float result is the rounded sum.
                #expect(found == sums.map { Float($0) }, "\(set), depth \(depth), case \(number)")
            }
        }
    }

    @Test("Sums of extreme codes of a convolution with a border are those of 64-bit integers", arguments: [1, 6])
    func convolution(group: Int) throws {
        var maker = IslandMaker(seed: 3)
        let scheme = CodeScheme(scale: 1, zeroPoint: 255, isSigned: false)
        let x = try maker.activation([1, 6, 9, 9], scheme)
        for name in maker.inputs.keys {
            maker.inputs[name] = try Tensor(
                (0..<6 * 81).map { _ in maker.numbers.choice([0, 255]) ?? UInt8(0) }, shape: [1, 6, 9, 9])
        }
        let codes = (0..<6 * 6 / group * 9).map { _ in maker.numbers.choice([-128, 127]) ?? Int8(0) }
        let weight = try maker.dequantize(
            maker.constant(try Tensor(codes, shape: [6, 6 / group, 3, 3])),
            CodeScheme(scale: 1, zeroPoint: 0, isSigned: true))
        let conv = maker.add("Conv", [x, weight], ["pads": .ints([1, 1, 1, 1]), "group": .int(group)])
        try maker.quantizedOutput(conv, CodeScheme(scale: 4096, zeroPoint: 0, isSigned: true))
        // Scales that are powers of two: nothing is rounded but the result.
        try expectEqual(maker, kernel: group == 1 ? "qgemm" : "qdepthwise")
    }

    @Test("A sum that 32 bits may not hold runs in float, and agrees")
    func unprovable() throws {
        let depth = 70_000
        var maker = IslandMaker(seed: 5)
        let x = try maker.activation([1, depth], CodeScheme(scale: 0.01, zeroPoint: 0, isSigned: false))
        let codes = [Int8](repeating: 127, count: depth)
        let weight = try maker.dequantize(
            maker.constant(try Tensor(codes, shape: [depth, 1])), CodeScheme(scale: 0.01, zeroPoint: 0, isSigned: true))
        try maker.quantizedOutput(maker.add("MatMul", [x, weight]))
        let kernels = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions.map(\.kernel)
        #expect(!kernels.contains { $0.hasPrefix("qgemm") })
        #expect(kernels.contains { $0.hasPrefix("sgemm") }, "\(kernels)")
        var tally = IslandTally()
        try tally.compare(maker, kernel: nil, seed: 5)
    }

    @Test("A bias that 32 bits do not hold runs in float, and agrees")
    func hugeBias() throws {
        var maker = IslandMaker(seed: 6)
        let x = try maker.activation([1, 4], CodeScheme(scale: 1e-4, zeroPoint: 0, isSigned: false))
        let weight = try maker.dequantize(
            maker.constant(try Tensor([Int8](repeating: 1, count: 8), shape: [4, 2])),
            CodeScheme(scale: 1e-7, zeroPoint: 0, isSigned: true))
        let bias = maker.constant(try Tensor([1, -1] as [Float]))
        try maker.quantizedOutput(
            maker.add("Gemm", [x, weight, bias]), CodeScheme(scale: 0.01, zeroPoint: 0, isSigned: true))
        #expect(
            try !CompiledGraph(maker.graph).program(for: maker.inputs).descriptions.contains {
                $0.kernel.hasPrefix("qgemm")
            })
        try expectEqual(maker)
    }

    @Test("Scales whose product no float holds run in float, and agree")
    func tinyScales() throws {
        var maker = IslandMaker(seed: 7)
        let x = try maker.activation([2, 4], CodeScheme(scale: 1e-30, zeroPoint: 0, isSigned: false))
        let weight = try maker.dequantize(
            maker.constant(try Tensor([Int8](repeating: 100, count: 8), shape: [4, 2])),
            CodeScheme(scale: 1e-30, zeroPoint: 0, isSigned: true))
        try maker.quantizedOutput(maker.add("MatMul", [x, weight]), CodeScheme(scale: 1, zeroPoint: 9, isSigned: true))
        try expectEqual(maker)
    }
}
