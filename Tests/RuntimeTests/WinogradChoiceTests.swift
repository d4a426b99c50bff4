import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Convolutions by Winograd's filtering", .enabled(if: InstructionSet.avx2.isSupported))
struct WinogradChoiceTests {
    /// A convolution of `channels` to 32 channels over an image of 9×8 pixels.
    private func convolution(
        channels: Int = 32, kernel: Int = 3, extent: Int = 9, isSymmetric: Bool = true,
        attributes: KeyValuePairs<String, Attribute> = ["pads": .ints([1, 1, 1, 1])], seed: UInt64 = 1
    ) throws -> (maker: IslandMaker, value: ValueName) {
        var maker = IslandMaker(seed: seed)
        let x = try maker.activation([1, channels, extent, extent - 1])
        let group = attributes.contains { $0.key == "group" } ? 2 : 1
        let weight = try maker.weight([32, channels / group, kernel, kernel], isSymmetric: isSymmetric, axis: 0)
        let value = maker.add("Conv", [x, weight], attributes)
        return (maker, value)
    }

    private func kernels(_ maker: IslandMaker, _ set: InstructionSet = .avx2) throws -> Set<String> {
        let compiled = try CompiledGraph(maker.graph, options: CompileOptions(instructionSet: set))
        return Set(try compiled.program(for: maker.inputs).descriptions.map(\.kernel))
    }

    @Test("A 3×3 convolution of stride 1 is filtered by it where that gains, with the bits of the direct sums")
    func chosen() throws {
        var tally = IslandTally()
        for seed in 0..<6 as Range<UInt64> {
            var (maker, value) = try convolution(channels: seed % 2 == 0 ? 32 : 45, seed: seed)
            try maker.quantizedOutput(try maker.randomActivation(value))
            #expect(try kernels(maker).contains("qwinograd avx2"))
            #expect(try kernels(maker, .scalar).contains("qgemm scalar"))
            try tally.compare(maker, kernel: "qgemm", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test("With an addition behind it, and into the border of the next, it gives the bits of the direct sums")
    func neighbours() throws {
        var tally = IslandTally()
        for seed in 0..<4 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.activation([2, 32, 7, 10])
            let pads: KeyValuePairs<String, Attribute> = ["pads": .ints([1, 1, 1, 1])]
            let first = maker.add("Conv", [x, try maker.weight([32, 32, 3, 3], axis: 0)], pads)
            let made = try maker.dequantize(try maker.quantize(first, scheme), scheme)
            let second = maker.add("Conv", [made, try maker.weight([32, 32, 3, 3], axis: 0)], pads)
            let again = try maker.dequantize(try maker.quantize(second, scheme), scheme)
            try maker.quantizedOutput(maker.add("Add", [x, again]))
            let found = try kernels(maker)
            #expect(found.contains("border") && !found.contains("qgemm avx2"), "\(found)")
            #expect(!found.contains { $0.hasPrefix("qbinary") }, "\(found)")
            try tally.compare(maker, kernel: "qgemm", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test("Where it gains nothing, or cannot be exact, the sums are direct")
    func direct() throws {
        let cases = [
            try convolution(channels: 16), try convolution(kernel: 5), try convolution(extent: 3),
            try convolution(isSymmetric: false), try convolution(attributes: ["strides": .ints([2, 2])]),
            try convolution(attributes: ["dilations": .ints([2, 2])]), try convolution(attributes: ["group": .int(2)]),
        ]
        for (number, (maker, value)) in cases.enumerated() {
            var maker = maker
            try maker.quantizedOutput(value)
            #expect(try kernels(maker).contains("qgemm avx2"), "case \(number)")
            #expect(try !kernels(maker).contains("qwinograd avx2"), "case \(number)")
        }
        var (maker, value) = try convolution()
        maker.output(value)
        #expect(try !kernels(maker).contains("qwinograd avx2"), "a float result")
    }
}
