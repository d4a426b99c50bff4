import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

enum ConvolutionKind: String, CaseIterable, Sendable {
    case plain, line, pointwise, grouped, depthwise, depthMultiplier, asymmetricWeights, unsignedWeights, floatResult

    /// The kernel that takes it.
    var kernel: String { self == .depthwise ? "qdepthwise" : "qgemm" }
}

@Suite("Convolutions of codes")
struct QuantizedConvolutionTests {
    @Test("A convolution of codes is its island's reference evaluation", arguments: ConvolutionKind.allCases)
    func convolution(_ kind: ConvolutionKind) throws {
        var tally = IslandTally()
        for seed in 0..<24 as Range<UInt64> {
            var maker = IslandMaker(seed: seed)
            let value = try maker.randomActivation(try maker.addConvolution(kind))
            if kind == .floatResult { maker.output(value) } else { try maker.quantizedOutput(value) }
            try tally.compare(maker, kernel: kind.kernel, seed: seed)
        }
        if kind != .floatResult { tally.expectAgreement() }
    }

    @Test("A depthwise convolution of asymmetric weights is its island's reference evaluation")
    func asymmetricDepthwise() throws {
        var maker = IslandMaker(seed: 5)
        let x = try maker.activation([1, 6, 8, 8])
        let weight = try maker.weight([6, 1, 3, 3], type: .uint8, isSymmetric: false, axis: 0)
        try maker.quantizedOutput(maker.add("Conv", [x, weight], ["group": .int(6)]))
        try expectEqual(maker)
    }

    @Test("Weights that the graph stores as the output of a Constant node fuse as initializers do")
    func constantNode() throws {
        var maker = IslandMaker(seed: 6)
        let x = try maker.activation([1, 2, 5, 5])
        let weight = try maker.weight([4, 2, 3, 3], axis: 0)
        let codes = try #require(maker.graph.nodes.last?.input(0))
        let tensor = try #require(maker.graph.initializers[codes])
        maker.graph.initializers[codes] = nil
        maker.graph.nodes.insert(
            Node("Constant", inputs: [], outputs: [codes], attributes: ["value": .tensor(tensor)]), at: 0)
        try maker.quantizedOutput(maker.add("Conv", [x, weight]))
        let compiled = try CompiledGraph(maker.graph, options: CompileOptions(normalizes: false))
        #expect(try compiled.program(for: maker.inputs).descriptions.contains { $0.kernel.hasPrefix("qgemm") })
        try expectEqual(maker)
    }
}

extension IslandMaker {
    /// A random convolution of 8-bit codes.
    mutating func addConvolution(_ kind: ConvolutionKind) throws -> ValueName {
        let axes = kind == .line || numbers.chance(0.1) ? 1 : 2
        let (group, perGroup, outputsPerGroup) = groups(kind)
        let extents = (0..<axes).map { _ in Int.random(in: 6...11, using: &numbers) }
        let kernel = (0..<axes).map { _ in kind == .pointwise ? 1 : numbers.choice([1, 2, 3, 3, 5]) ?? 3 }
        let dilations = kernel.map { $0 < 4 && numbers.chance(0.3) ? 2 : 1 }
        let strides = (0..<axes).map { _ in numbers.chance(0.3) ? 2 : 1 }
        let scheme = CodeScheme.random(&numbers)
        let x = try activation([Int.random(in: 1...2, using: &numbers), group * perGroup] + extents, scheme)
        let weight = try self.weight(
            [group * outputsPerGroup, perGroup] + kernel,
            type: kind == .unsignedWeights || kind == .asymmetricWeights && numbers.chance(0.3) ? .uint8 : .int8,
            isSymmetric: kind != .asymmetricWeights && kind != .unsignedWeights, axis: numbers.chance(0.6) ? 0 : nil)
        let bias = try randomBias(
            group * outputsPerGroup, input: scheme, weight: weight, allowsFloat: kind != .floatResult)
        let value = add(
            "Conv", bias == nil ? [x, weight] : [x, weight, bias],
            ["group": .int(group), "strides": .ints(strides), "dilations": .ints(dilations)])
        if numbers.chance(0.3) {
            let choices = ["SAME_UPPER", "SAME_LOWER", "VALID"]
            graph.nodes[graph.nodes.count - 1].attributes["auto_pad"] = .text(numbers.choice(choices) ?? "VALID")
        } else {
            let pads = (0..<2 * axes).map { _ in numbers.choice([0, 0, 1, 2]) ?? 0 }
            graph.nodes[graph.nodes.count - 1].attributes["pads"] = .ints(pads)
        }
        return value
    }

    /// Groups, input channels of each, output channels of each.
    private mutating func groups(_ kind: ConvolutionKind) -> (Int, Int, Int) {
        let columns = numbers.choice([1, 3, 8, 17, 33, 70]) ?? 8
        return switch kind {
        case .grouped: (numbers.choice([2, 3]) ?? 2, Int.random(in: 1...5, using: &numbers), min(max(columns, 2), 8))
        case .depthwise: (numbers.choice([2, 7, 16, 33, 65]) ?? 7, 1, 1)
        case .depthMultiplier: (Int.random(in: 2...9, using: &numbers), 1, Int.random(in: 2...3, using: &numbers))
        default: (1, numbers.choice([1, 2, 3, 5, 16, 19]) ?? 3, columns)
        }
    }
}
