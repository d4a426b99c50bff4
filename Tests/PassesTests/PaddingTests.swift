import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Folding padding")
struct PaddingTests {
    private func graph(
        pads: [Int64], fill: Float? = nil, axes: [Int64]? = nil, mode: String? = nil,
        consumer: OperatorName = "Conv", attributes: KeyValuePairs<String, Attribute> = [:]
    ) throws -> Graph {
        var maker = try GraphMaker(input: [1, 2, 6, 6], seed: 11)
        var inputs: [ValueName?] = ["x", try maker.constant(pads)]
        if fill != nil || axes != nil { inputs.append(try fill.map { try maker.scalar($0) }) }
        if let axes { inputs.append(try maker.constant(axes)) }
        let padded = maker.add("Pad", inputs, mode.map { ["mode": .text($0)] } ?? [:])
        let rest: [ValueName?] = consumer == "Conv" ? [try maker.weight([3, 2, 3, 3])] : []
        maker.output(maker.add(consumer, [padded] + rest, attributes))
        return maker.graph
    }

    @Test("Zeros around height and width become the convolution's padding")
    func folds() throws {
        let (result, changes) = try expectUnchanged(
            try graph(pads: [0, 0, 1, 2, 0, 0, 3, 0], fill: 0, attributes: ["pads": .ints([1, 0, 0, 1])]),
            by: PadIntoConv())
        #expect(changes == 1)
        #expect(result.operators == ["Conv"])
        #expect(result.nodes[0].attributes["pads"] == .ints([2, 2, 3, 1]))
    }

    @Test("Axes may be named, and may count from the end")
    func axes() throws {
        let (result, changes) = try expectUnchanged(try graph(pads: [2, 1], axes: [-1]), by: PadIntoConv())
        #expect(changes == 1)
        #expect(result.nodes[0].attributes["pads"] == .ints([0, 2, 0, 1]))
    }

    @Test("A convolution that says VALID takes the padding explicitly")
    func valid() throws {
        let (result, changes) = try expectUnchanged(
            try graph(pads: [0, 0, 1, 1, 0, 0, 1, 1], attributes: ["auto_pad": .text("VALID")]), by: PadIntoConv())
        #expect(changes == 1)
        #expect(result.nodes[0].attributes["auto_pad"] == nil)
    }

    @Test("Other fills, modes, axes, negative pads and SAME stay")
    func stays() throws {
        let around: [Int64] = [0, 0, 1, 1, 0, 0, 1, 1]
        let graphs = [
            try graph(pads: around, fill: 0.5), try graph(pads: around, mode: "reflect"),
            try graph(pads: around, mode: "edge"),
            try graph(pads: [0, 0, -1, 1, 0, 0, 1, 1]), try graph(pads: [1, 0, 0, 0, 0, 0, 0, 0]),
            try graph(pads: around, attributes: ["auto_pad": .text("SAME_UPPER")]),
            try graph(pads: around, consumer: "MaxPool", attributes: ["kernel_shape": .ints([2, 2])]),
        ]
        for graph in graphs { #expect(try expectUnchanged(graph, by: PadIntoConv()).changes == 0) }
    }

    @Test("Padding that others read stays")
    func otherReaders() throws {
        var graph = try graph(pads: [0, 0, 1, 1, 0, 0, 1, 1])
        graph.outputs.append(.init(try #require(graph.nodes[0].output(0)), nil))
        #expect(try expectUnchanged(graph, by: PadIntoConv()).changes == 0)
    }

    @Test("An average pool takes the padding where every window then divides by its full size")
    func averagePool() throws {
        let around: [Int64] = [0, 0, 1, 1, 0, 0, 1, 1]
        let window: Attribute = .ints([3, 3])
        let (result, changes) = try expectUnchanged(
            try graph(
                pads: around, consumer: "AveragePool", attributes: ["kernel_shape": window, "strides": .ints([2, 2])]),
            by: PadIntoConv())
        #expect(changes == 1)
        #expect(result.nodes[0].attributes["count_include_pad"] == .int(1))
        let kept = [
            try graph(
                pads: around, consumer: "AveragePool", attributes: ["kernel_shape": window, "ceil_mode": .int(1)]),
            try graph(
                pads: around, consumer: "AveragePool",
                attributes: ["kernel_shape": window, "pads": .ints([1, 1, 1, 1])]),
            try graph(pads: [0, 0, 3, 0, 0, 0, 0, 0], consumer: "AveragePool", attributes: ["kernel_shape": window]),
        ]
        for graph in kept { #expect(try expectUnchanged(graph, by: PadIntoConv()).changes == 0) }
    }
}
