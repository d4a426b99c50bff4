import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Moving transposes")
struct TransposeTests {
    private static let toFirst: Attribute = .ints([0, 3, 1, 2])
    private static let toLast: Attribute = .ints([0, 2, 3, 1])

    private func run(_ graph: Graph) throws -> Graph {
        var result = try expectUnchanged(graph, by: { try PassPipeline.standard.run(&$0).changes }).graph
        // Nothing is moved there and back again.
        #expect(try PassPipeline.standard.run(&result).changes == 0)
        return result
    }

    private func conv(_ maker: inout GraphMaker, _ x: ValueName, _ shape: [Int]) throws -> ValueName {
        let first = maker.add("Transpose", [x], ["perm": Self.toFirst])
        let result = maker.add("Conv", [first, try maker.weight(shape)], ["auto_pad": .text("SAME_UPPER")])
        return maker.add("Transpose", [result], ["perm": Self.toLast])
    }

    @Test("Of a channels-last model, transposes are left at the rim alone; biases and activations fold")
    func sandwich() throws {
        var maker = try GraphMaker(input: [2, 6, 5, 3], seed: 3)
        let first = maker.add("Add", [try conv(&maker, "x", [4, 3, 3, 3]), try maker.random([4])])
        let active = maker.add("Relu", [first])
        let second = maker.add("Add", [try maker.random([1, 1, 1, 4]), try conv(&maker, active, [4, 4, 3, 3])])
        let clipped = maker.add("Clip", [second, try maker.scalar(0), try maker.scalar(6)])
        maker.output(maker.add("Add", [clipped, active]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Transpose", "Conv", "Relu", "Conv", "Clip", "Add", "Transpose"])
        #expect(graph.nodes.allSatisfy { $0.op != "Conv" || $0.inputs.count == 3 })
    }

    @Test("Concatenation, padding and the mean over pixels work on channels-first values")
    func structure() throws {
        var maker = try GraphMaker(input: [2, 6, 5, 3], seed: 5)
        let parts = [try conv(&maker, "x", [4, 3, 1, 1]), try conv(&maker, "x", [2, 3, 3, 3])]
        let joined = maker.add("Concat", parts.map(Optional.some), ["axis": .int(3)])
        let padded = maker.add("Pad", [joined, try maker.constant([0, 1, 2, 0, 0, 0, 1, 0])])
        let third = try conv(&maker, maker.add("LeakyRelu", [padded]), [4, 6, 3, 3])
        maker.output(
            maker.add("ReduceMean", [third, try maker.constant([1, 2])], ["keepdims": .int(0)]))
        let graph = try run(maker.graph)
        #expect(graph.count(of: "Transpose") == 1)
        #expect(graph.nodes.first?.op == "Transpose")
        #expect(graph.nodes.last?.op == "Flatten")
        #expect(graph.count(of: "GlobalAveragePool") == 1)
    }

    @Test("Softmax keeps its axis on the way")
    func lanes() throws {
        var maker = try GraphMaker(input: [2, 3, 4, 5], seed: 7)
        let last = maker.add("Transpose", ["x"], ["perm": Self.toLast])
        let softmax = maker.add("Softmax", [last], ["axis": .int(-1)])
        maker.output(maker.add("Transpose", [softmax], ["perm": Self.toFirst]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Softmax"])
        #expect(graph.nodes[0].attributes["axis"] == .int(1))
    }

    @Test("Different orders do not meet, and what others read stays where it is")
    func stays() throws {
        var maker = try GraphMaker(input: [4, 4, 4], seed: 9)
        let a = maker.add("Transpose", ["x"], ["perm": .ints([0, 2, 1])])
        let b = maker.add("Transpose", [maker.add("Neg", ["x"])], ["perm": .ints([1, 0, 2])])
        maker.output(maker.add("Add", [a, b]))
        #expect(try expectUnchanged(maker.graph, by: TransposeSinking()).changes == 0)

        var tapped = try GraphMaker(input: [2, 3, 4], seed: 9)
        let transposed = tapped.add("Transpose", ["x"], ["perm": .ints([0, 2, 1])])
        tapped.output(transposed)
        tapped.output(tapped.add("Relu", [transposed]))
        #expect(try expectUnchanged(tapped.graph, by: TransposeSinking()).changes == 0)
    }

    @Test("Between quantizers nothing is moved")
    func quantized() throws {
        var maker = try GraphMaker(input: [2, 3, 4], seed: 9)
        let scale = try maker.scalar(0.1)
        let real = maker.add("DequantizeLinear", [maker.add("QuantizeLinear", ["x", scale]), scale])
        let transposed = maker.add("Transpose", [real], ["perm": .ints([0, 2, 1])])
        maker.output(maker.add("QuantizeLinear", [maker.add("Relu", [transposed]), scale]))
        var graph = maker.graph
        #expect(try TransposeSinking().run(&graph) == 0)
    }

    @Test("Before a flattened product, the rows of the weight change places instead", arguments: [false, true])
    func flattened(transposesB: Bool) throws {
        var maker = try GraphMaker(input: [2, 3, 4, 5], seed: 13)
        let last = maker.add("Transpose", ["x"], ["perm": Self.toLast])
        let flat = maker.add("Reshape", [last, try maker.constant([-1, 60])])
        let weight = try maker.weight(transposesB ? [7, 60] : [60, 7])
        maker.output(
            transposesB
                ? maker.add("Gemm", [flat, weight, try maker.random([7])], ["transB": .int(1)])
                : maker.add("MatMul", [flat, weight]))
        #expect(try run(maker.graph).operators == ["Flatten", transposesB ? "Gemm" : "MatMul"])
    }

    @Test("A transpose that moves the batch, or is not flattened wholly, stays before a product")
    func notFlattened() throws {
        for (perm, shape) in [([1, 0, 2], [3, 8]), ([0, 2, 1], [8, 3])] {
            var maker = try GraphMaker(input: [2, 3, 4], seed: 13)
            let turned = maker.add("Transpose", ["x"], ["perm": .ints(perm)])
            let flat = maker.add("Reshape", [turned, try maker.constant(shape.map { Int64($0) })])
            maker.output(maker.add("MatMul", [flat, try maker.weight([shape[1], 7])]))
            #expect(try expectUnchanged(maker.graph, by: TransposeSinking()).changes == 0)
        }
    }

    @Test("A line convolution that was widened and transposed becomes a convolution over one axis")
    func line() throws {
        var maker = try GraphMaker(input: [2, 9, 3], seed: 11)
        let wide = maker.add("Unsqueeze", ["x", try maker.constant([1])])
        let first = maker.add("Transpose", [wide], ["perm": Self.toFirst])
        let conv = maker.add(
            "Conv", [first, try maker.weight([4, 3, 1, 3]), try maker.random([4])],
            ["kernel_shape": .ints([1, 3]), "strides": .ints([1, 2]), "pads": .ints([0, 1, 0, 1])])
        let last = maker.add("Transpose", [conv], ["perm": Self.toLast])
        maker.output(maker.add("Relu", [maker.add("Squeeze", [last, try maker.constant([1])])]))
        let graph = try run(maker.graph)
        #expect(graph.operators == ["Transpose", "Conv", "Relu", "Transpose"])
        let node = try #require(graph.nodes.first { $0.op == "Conv" })
        #expect(node.attributes["strides"] == .ints([2]))
        #expect(node.attributes["pads"] == .ints([1, 1]))
        #expect(graph.constant(of: node.input(1))?.shape.dimensions == [4, 3, 3])
    }

    @Test("A kernel or padding along the added axis keeps the convolution wide", arguments: [false, true])
    func notLine(padded: Bool) throws {
        var maker = try GraphMaker(input: [2, 3, 9], seed: 11)
        let wide = maker.add("Unsqueeze", ["x", try maker.constant([2])])
        let conv = maker.add(
            "Conv", [wide, try maker.weight(padded ? [4, 3, 1, 3] : [4, 3, 3, 3])],
            ["pads": .ints(padded ? [1, 0, 0, 0] : [1, 0, 1, 0]), "strides": .ints(padded ? [2, 1] : [1, 1])])
        maker.output(maker.add("Squeeze", [conv, try maker.constant([2])]))
        #expect(try expectUnchanged(maker.graph, by: ReshapeFusion()).changes == 0)
    }
}
