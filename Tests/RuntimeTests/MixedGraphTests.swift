import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Islands among other nodes")
struct MixedGraphTests {
    /// Conv → Relu → Q of an input, and its convolution's float output.
    private func island(seed: UInt64) throws -> (
        maker: IslandMaker, conv: ValueName, activated: ValueName, codes: ValueName
    ) {
        var maker = IslandMaker(seed: seed)
        let conv = try maker.addConvolution(.plain)
        let activated = maker.add("Relu", [conv])
        let codes = try maker.quantize(activated, try maker.fittingScheme(activated))
        return (maker, conv, activated, codes)
    }

    @Test("Values inside an island that are outputs of the graph too are computed besides")
    func outputsInTheMiddle() throws {
        for seed in 0..<10 as Range<UInt64> {
            var (maker, conv, activated, codes) = try island(seed: seed)
            for value in [conv, activated, codes] { maker.output(value) }
            var tally = IslandTally()
            try tally.compare(maker, kernel: "qgemm", seed: seed)
            tally.expectAgreement()
        }
    }

    @Test("Codes with several consumers serve all of them")
    func severalConsumers() throws {
        for seed in 0..<10 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.convolved(try maker.activation([1, 6, 8, 8]), channels: 6, scheme)
            let left = try maker.convolved(x, channels: 6, scheme)
            let right = maker.add("Sigmoid", [x])
            let sum = maker.add("Add", [left, x])
            try maker.quantizedOutput(sum)
            try maker.quantizedOutput(right)
            try maker.quantizedOutput(maker.add("MaxPool", [x], ["kernel_shape": .ints([2, 2])]), scheme)
            maker.output(maker.add("ReduceMean", [x, try maker.integers([2, 3])]))
            maker.output(x)
            var tally = IslandTally()
            try tally.compare(maker, kernel: "qgemm", allowsReference: true, seed: seed)
            tally.expectAgreement()
        }
    }

    @Test("Tapped values are the floats of the graph, whether they lie in an island or not", arguments: [true, false])
    func taps(isPlain: Bool) throws {
        let (made, conv, activated, codes) = try island(seed: 21)
        var maker = made
        maker.output(codes)
        let input = try #require(maker.graph.nodes.first { $0.op == "DequantizeLinear" }?.output(0))
        let taps = [conv, activated, input]
        let compiled = try CompiledGraph(maker.graph, options: CompileOptions(taps: taps, tapsArePlain: isPlain))
        let expected = try maker.expected(taps + [codes])
        var seen: [ValueName] = []
        let session = compiled.makeSession()
        try session.observe(maker.inputs) { observation throws(BitdepthError) in
            seen.append(observation.value)
            #expect(isPlain ? observation.layout == .plain : true)
            guard observation.layout == .plain, let tensor = expected[observation.value] else { return }
            do { try expectClose(try Tensor(Array(observation.elements), shape: observation.shape), tensor) } catch {
                Issue.record("\(error)")
            }
        }
        #expect(seen == taps)
        #expect(try session.run(maker.inputs)[codes.text]?.type == expected[codes]?.type)
    }

    @Test("A value that is not there, or no float, cannot be tapped", arguments: ["nothing", "q1"])
    func wrongTaps(_ name: String) throws {
        var maker = IslandMaker(seed: 1)
        maker.output(try maker.activation([2, 3]))
        let compiled = try CompiledGraph(maker.graph, options: CompileOptions(taps: [ValueName(name)]))
        let error = #expect(throws: BitdepthError.self) { _ = try compiled.program(for: maker.inputs) }
        #expect(error?.code == .usage)
    }

    @Test("Many outputs that are transposed at the end do not overwrite each other")
    func manyOutputs() throws {
        var maker = IslandMaker(seed: 13)
        let x = try maker.floatInput([1, 3, 8, 8])
        for channels in [4, 5, 6, 7, 4] {
            maker.output(maker.add("Conv", [x, try maker.floats([channels, 3, 3, 3])]))
        }
        for channels in [4, 6] {
            let weight = try maker.weight([channels, 3, 1, 1], axis: 0)
            let scheme = CodeScheme(scale: 0.05, zeroPoint: 3, isSigned: true)
            let codes = try maker.dequantize(try maker.quantize(x, scheme), scheme)
            try maker.quantizedOutput(maker.add("Conv", [codes, weight]), scheme)
        }
        try expectEqual(maker)
    }

    @Test("Float ports around an island, and a float node between two")
    func floatBetween() throws {
        for seed in 0..<6 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let scheme = CodeScheme.random(&maker.numbers)
            let x = try maker.floatInput([2, 4, 6, 6])
            let first = try maker.convolved(
                try maker.dequantize(try maker.quantize(x, scheme), scheme), channels: 4, scheme)
            let float = maker.add("InstanceNormalization", [first, try maker.floats([4]), try maker.floats([4])])
            let again = try maker.dequantize(try maker.quantize(float, scheme), scheme)
            maker.output(try maker.convolved(again, channels: 4, scheme))
            var tally = IslandTally()
            try tally.compare(maker, kernel: "qgemm", allowsReference: true, seed: seed)
        }
    }

    @Test("A value that one node reads as codes of per-channel scales stays float")
    func perChannelActivation() throws {
        var maker = IslandMaker(seed: 14)
        let x = try maker.floatInput([2, 3, 4, 4])
        let scales = try maker.floats([3], in: 0.01...0.05)
        let codes = maker.add("QuantizeLinear", [x, scales], ["axis": .int(1)])
        let back = maker.add("DequantizeLinear", [codes, scales], ["axis": .int(1)])
        maker.output(codes)
        maker.output(maker.add("Conv", [back, try maker.weight([5, 3, 1, 1], axis: 0)]))
        try expectEqual(maker)
    }

    @Test("A quotient that is asked for in 16 bits is rounded to 16 bits")
    func precision() throws {
        var maker = IslandMaker(seed: 15)
        let x = try maker.floatInput([500], in: -100...100)
        let codes = try maker.quantize(x, CodeScheme(scale: 0.7, zeroPoint: 0, isSigned: true))
        maker.graph.nodes[maker.graph.nodes.count - 1].attributes["precision"] = .int(16)
        maker.output(codes)
        try expectEqual(maker)
    }

    @Test("A zero point of another type than the codes is an error, not another number")
    func zeroPointType() throws {
        var maker = IslandMaker(seed: 16)
        let codes = try maker.codeInput([4], CodeScheme(scale: 1, zeroPoint: 0, isSigned: false))
        maker.output(
            maker.add("DequantizeLinear", [codes, try maker.scalar(1), maker.constant(try Tensor(scalar: Int64.max))]))
        #expect(throws: BitdepthError.self) { _ = try CompiledGraph(maker.graph).makeSession().run(maker.inputs) }
    }
}
