import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Convolutions and what stands beside them")
struct ConvolutionNeighbourTests {
    private func kernels(_ maker: IslandMaker) throws -> [String] {
        try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions.map {
            $0.kernel.split(separator: " ").first.map(String.init) ?? ""
        }
    }

    /// x + conv(x), with some activation; with `isApart` the convolution's codes are an output too, so that nothing fuses.
    private func residual(seed: UInt64, isApart: Bool) throws -> (maker: IslandMaker, sum: ValueName) {
        var maker = IslandMaker(seed: seed)
        let channels = maker.numbers.choice([1, 6, 33, 64, 70]) ?? 6
        var x = try maker.activation([2, channels, 7, 9])
        // Made by a convolution, x could have a border, which the addition does not want.
        if seed % 3 == 0 { x = try maker.convolved(x, channels: channels, .random(&maker.numbers)) }
        let weight = try maker.weight([channels, channels, 3, 3], axis: 0)
        let value = try maker.randomActivation(maker.add("Conv", [x, weight], ["pads": .ints([1, 1, 1, 1])]))
        let scheme = try maker.fittingScheme(value)
        let codes = try maker.quantize(value, scheme)
        let made = try maker.dequantize(codes, scheme)
        let sum = maker.add("Add", seed % 2 == 0 ? [x, made] : [made, x])
        let output = try maker.quantizedOutput(try maker.randomActivation(sum))
        if isApart { maker.output(codes) }
        return (maker, output)
    }

    @Test("An addition behind a convolution runs inside it, with the bits of the two apart")
    func residuals() throws {
        for seed in 0..<24 as Range<UInt64> {
            let (together, sum) = try residual(seed: seed, isApart: false)
            let (apart, _) = try residual(seed: seed, isApart: true)
            #expect(try !kernels(together).contains("qbinary"), "seed \(seed)")
            #expect(try kernels(apart).contains("qbinary"), "seed \(seed)")
            for set in IslandTally.supportedSets {
                let options = CompileOptions(instructionSet: set)
                let found = try CompiledGraph(together.graph, options: options, threads: 3).makeSession()
                    .run(together.inputs)
                let expected = try CompiledGraph(apart.graph, options: options).makeSession().run(apart.inputs)
                #expect(found[sum.text] == expected[sum.text], "\(set), seed \(seed)")
            }
        }
    }

    @Test("Of two convolutions that are added one takes the addition, and the result is the reference's")
    func twoConvolutions() throws {
        var tally = IslandTally()
        for seed in 0..<10 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.activation([1, 6, 8, 8])
            let left = try maker.convolved(x, channels: 6, scheme)
            let right = try maker.convolved(x, channels: 6, scheme)
            try maker.quantizedOutput(maker.add("Add", [left, right]))
            #expect(try kernels(maker).filter { $0 == "qgemm" }.count == 2)
            #expect(try !kernels(maker).contains("qbinary"))
            try tally.compare(maker, kernel: "qgemm", seed: seed)
        }
        tally.expectAgreement()
    }

    @Test("A value added to itself, broadcast, or read elsewhere keeps its addition apart")
    func apart() throws {
        for seed in 0..<3 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let made = try maker.convolved(try maker.activation([1, 6, 8, 8]), channels: 6, scheme)
            switch seed {
            case 0: try maker.quantizedOutput(maker.add("Add", [made, made]))
            case 1: try maker.quantizedOutput(maker.add("Add", [made, try maker.activation([1, 6, 1, 1])]))
            default:
                try maker.quantizedOutput(maker.add("Add", [made, try maker.activation([1, 6, 8, 8])]))
                maker.output(made)
            }
            #expect(try kernels(maker).contains("qbinary"), "case \(seed)")
            try expectEqual(maker, seed: seed)
        }
    }

    /// A 1×1 convolution and behind it one with pads, on codes or floats.
    private func padded(seed: UInt64, isFloat: Bool, isDepthwise: Bool) throws -> (maker: IslandMaker, value: ValueName)
    {
        var maker = IslandMaker(seed: seed)
        let channels = maker.numbers.choice([2, 16, 40]) ?? 2
        let pads = (0..<4).map { _ in Int.random(in: 0...2, using: &maker.numbers) }
        let strides = [Int.random(in: 1...2, using: &maker.numbers), Int.random(in: 1...2, using: &maker.numbers)]
        let attributes: KeyValuePairs<String, Attribute> = [
            "pads": .ints(pads.contains { $0 > 0 } ? pads : [1, 0, 0, 1]), "strides": .ints(strides),
            "group": .int(isDepthwise ? channels : 1),
        ]
        let size = [channels, isDepthwise ? 1 : channels, 3, 3]
        if isFloat {
            let first = maker.add(
                "Conv", [try maker.floatInput([2, channels, 7, 5]), try maker.floats([channels, channels, 1, 1])])
            let value = maker.add("Relu", [first])
            let last = maker.add("Conv", [value, try maker.floats(size)], attributes)
            maker.output(last)
            return (maker, value)
        }
        let scheme = CodeScheme.random(&maker.numbers)
        let value = try maker.convolved(try maker.activation([2, channels, 7, 5]), channels: channels, scheme)
        let last = maker.add("Conv", [value, try maker.weight(size, axis: 0)], attributes)
        try maker.quantizedOutput(last)
        return (maker, value)
    }

    @Test(
        "A convolution writes into the middle of the image that the next one reads with pads",
        arguments: [true, false], [true, false])
    func borders(isFloat: Bool, isDepthwise: Bool) throws {
        for seed in 0..<16 as Range<UInt64> {
            let (maker, value) = try padded(seed: seed, isFloat: isFloat, isDepthwise: isDepthwise)
            let found = try kernels(maker)
            #expect(found.contains("border") && !found.contains("pad"), "\(found), seed \(seed)")
            var tally = IslandTally()
            try tally.compare(maker, kernel: isFloat ? "sgemm" : "qgemm", seed: seed)
            #expect(tally.different == 0, "seed \(seed)")
            // Somebody else reads the value: it is copied.
            var shared = maker
            shared.output(value)
            #expect(try kernels(shared).contains("pad"), "seed \(seed)")
            let options = CompileOptions(instructionSet: .best)
            let together = try CompiledGraph(maker.graph, options: options).makeSession().run(maker.inputs)
            let apart = try CompiledGraph(shared.graph, options: options).makeSession().run(shared.inputs)
            for (name, tensor) in together { #expect(apart[name] == tensor, "seed \(seed)") }
        }
    }

    @Test(
        "An input of up to four planes is quantized straight into the image that the first convolution reads",
        arguments: 1...5)
    func firstConvolution(channels: Int) throws {
        for seed in 0..<6 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let width = Int.random(in: 3...70, using: &maker.numbers)
            let scheme = CodeScheme.random(&maker.numbers)
            let codes = try maker.quantize(try maker.floatInput([2, channels, 6, width]), scheme)
            let weight = try maker.weight([5, channels, 3, 3], axis: 0)
            let conv = maker.add(
                "Conv", [try maker.dequantize(codes, scheme), weight],
                ["pads": .ints([1, 0, 2, 1]), "strides": .ints([2, 2])])
            try maker.quantizedOutput(conv)
            let found = try CompiledGraph(maker.graph).program(for: maker.inputs).descriptions.map(\.kernel)
            #expect(found.contains { $0.hasPrefix("quantize image") } == (channels <= 4), "\(found)")
            #expect(found.contains("pad") == (channels > 4), "\(found)")
            var tally = IslandTally()
            try tally.compare(maker, kernel: "qgemm", seed: seed)
            #expect(tally.different == 0, "seed \(seed)")
        }
    }
}
