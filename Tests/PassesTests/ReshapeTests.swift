import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Simplifying reshapes")
struct ReshapeTests {
    /// A graph whose one input has named or unknown extents.
    private func maker(_ dimensions: [Dimension]) throws -> GraphMaker {
        var maker = try GraphMaker(input: [1])
        maker.graph.inputs[0].type?.shape = PartialShape(dimensions)
        return maker
    }

    private func run(_ graph: Graph, shape: [Int], opset: Int = .max) throws -> Graph {
        var numbers = SeededNumbers(seed: 41)
        let input = try Tensor(numbers.floats(shape.reduce(1, *), in: -2...2), shape: shape)
        return try expectUnchanged(
            graph, by: { try PassPipeline.inference(keepQDQ: true, opset: opset).run(&$0).changes },
            inputs: ["x": input]
        ).graph
    }

    /// One extent of a value, as `Shape`, `Gather` and `Unsqueeze` take it.
    private func extent(_ maker: inout GraphMaker, of value: ValueName, _ axis: Int64) throws -> ValueName {
        let index = maker.constant(try Tensor(scalar: axis))
        let number = maker.add("Gather", [maker.add("Shape", [value]), index], ["axis": .int(0)])
        return maker.add("Unsqueeze", [number, try maker.constant([0])])
    }

    private func target(_ graph: Graph) throws -> [Int] {
        let name = try #require(graph.nodes.first { $0.op == "Reshape" }?.input(1))
        return try #require(graph.constant(name)).integers()
    }

    @Test(
        "Heads are split off with a constant target although batch and length are open",
        arguments: [Dimension.symbol("batch"), .unknown])
    func heads(batch: Dimension) throws {
        var maker = try maker([batch, .unknown, .known(12)])
        let shape = maker.add(
            "Concat",
            [try extent(&maker, of: "x", 0), try extent(&maker, of: "x", 1), try maker.constant([3, 4])],
            ["axis": .int(0)])
        maker.output(maker.add("Transpose", [maker.add("Reshape", ["x", shape])], ["perm": .ints([0, 2, 1, 3])]))
        let graph = try run(maker.graph, shape: [2, 5, 12])
        #expect(graph.operators == ["Reshape", "Transpose"])
        #expect(try target(graph) == [0, 0, 3, 4])
    }

    @Test("An extent that moves is left open; two that move stay computed")
    func open() throws {
        var flat = try maker([.symbol("batch"), .known(3), .known(4)])
        let merged = flat.add("Mul", [try extent(&flat, of: "x", 0), try flat.constant([3])])
        flat.output(
            flat.add("Reshape", ["x", flat.add("Concat", [merged, try flat.constant([4])], ["axis": .int(0)])]))
        #expect(try target(try run(flat.graph, shape: [2, 3, 4])) == [-1, 4])

        var swapped = try maker([.symbol("a"), .symbol("b"), .known(4)])
        let shape = swapped.add(
            "Concat",
            [try extent(&swapped, of: "x", 1), try extent(&swapped, of: "x", 0), try swapped.constant([4])],
            ["axis": .int(0)])
        swapped.output(swapped.add("Reshape", ["x", shape]))
        #expect(try run(swapped.graph, shape: [2, 3, 4]).count(of: "Shape") > 0)
    }

    @Test("An extent that is known becomes a number although others are not")
    func partlyKnown() throws {
        var maker = try maker([.symbol("batch"), .known(3), .known(2), .known(2)])
        let channels = try extent(&maker, of: "x", 1)
        let shape = maker.add(
            "Concat", [try extent(&maker, of: "x", 0), channels, try maker.constant([-1])], ["axis": .int(0)])
        maker.output(maker.add("Reshape", [maker.add("Relu", ["x"]), shape]))
        let graph = try run(maker.graph, shape: [2, 3, 2, 2])
        #expect(graph.operators == ["Relu", "Reshape"])
        #expect(try target(graph) == [0, 3, -1])
    }

    @Test("A slice of the shape, cast on the way, is followed too")
    func sliced() throws {
        var maker = try maker([.unknown, .unknown, .known(6)])
        let shape = maker.add("Cast", [maker.add("Shape", ["x"])], ["to": .int(7)])
        let leading = maker.add("Slice", [shape, try maker.constant([0]), try maker.constant([2])])
        let target = maker.add("Concat", [leading, try maker.constant([2, 3])], ["axis": .int(0)])
        maker.output(maker.add("Reshape", ["x", target]))
        #expect(try self.target(try run(maker.graph, shape: [2, 3, 6])) == [0, 0, 2, 3])
    }

    @Test("Expanding to the shape that is there already goes away")
    func expand() throws {
        var maker = try maker([.unknown, .known(6)])
        let shape = maker.add(
            "Concat", [try extent(&maker, of: "x", 0), try maker.constant([6])], ["axis": .int(0)])
        maker.output(maker.add("Relu", [maker.add("Expand", ["x", shape])]))
        #expect(try run(maker.graph, shape: [2, 6]).operators == ["Relu"])
    }

    @Test("A target that a caller gives stays")
    func givenTarget() throws {
        var maker = try GraphMaker(input: [2, 6])
        maker.graph.inputs.append(.init("shape", TensorType(.int64, try Shape([2]))))
        maker.output(maker.add("Reshape", ["x", "shape"]))
        #expect(
            try expectUnchanged(
                maker.graph, by: ReshapeFusion(),
                inputs: [
                    "x": try Tensor([Float](repeating: 1, count: 12), shape: [2, 6]),
                    "shape": try Tensor([Int64(3), 4]),
                ]
            ).changes == 0)
    }

    @Test("Of reshapes in a row the last is left, unless it copies extents")
    func repeated() throws {
        var maker = try GraphMaker(input: [2, 3, 4])
        let flat = maker.add("Flatten", ["x"])
        let wide = maker.add("Unsqueeze", [flat, try maker.constant([1])])
        maker.output(maker.add("Reshape", [wide, try maker.constant([6, -1])]))
        #expect(try expectUnchanged(maker.graph, by: ReshapeFusion()).changes > 0)
        #expect(try run(maker.graph, shape: [2, 3, 4]).operators == ["Reshape"])
        var copying = try GraphMaker(input: [2, 3, 4])
        copying.output(copying.add("Reshape", [copying.add("Flatten", ["x"]), try copying.constant([0, 4, 3])]))
        #expect(try expectUnchanged(copying.graph, by: ReshapeFusion()).changes == 0)
    }

    /// What Softmax of an operator set before 13 becomes when a file is read.
    private func oldSoftmax(_ dimensions: [Dimension], axis: Int, op: OperatorName = "Softmax") throws -> Graph {
        var maker = try maker(dimensions)
        let shape = maker.add("Shape", ["x"])
        let matrix = maker.add("Flatten", ["x"], ["axis": .int(axis)])
        let rows = maker.add(op, [matrix], ["axis": .int(-1)])
        maker.output(maker.add("Reshape", [rows, shape], ["allowzero": .int(1)]))
        return maker.graph
    }

    @Test("Softmax of an old classifier is one node again", arguments: ["Softmax", "LogSoftmax", "Hardmax"])
    func oldClassifier(op: String) throws {
        let op = OperatorName(op)
        for batch in [Dimension.known(2), .symbol("N"), .unknown] {
            let flat = try run(try oldSoftmax([batch, .known(10)], axis: 1, op: op), shape: [2, 10], opset: 12)
            #expect(flat.operators == [op.type])
            let pixel = try oldSoftmax([batch, .known(10), .known(1), .known(1)], axis: 1, op: op)
            let folded = try run(pixel, shape: [2, 10, 1, 1])
            #expect(folded.operators == [op.type])
            #expect(folded.nodes[0].attributes["axis"] == .int(1))
            // A file of operator set 12 cannot say it.
            #expect(try run(pixel, shape: [2, 10, 1, 1], opset: 12).operators.count > 1)
        }
    }

    @Test("Softmax over several axes at once keeps its rows")
    func severalAxes() throws {
        let graph = try run(try oldSoftmax([.symbol("N"), .known(3), .known(4)], axis: 1), shape: [2, 3, 4])
        #expect(graph.count(of: "Softmax") == 1 && graph.nodes.count > 1)
    }

    /// Pixel shuffling as Reshape, Transpose, Reshape.
    private func shuffled(
        _ input: [Dimension], split: [Int64], order: [Int], result: [Int64]
    ) throws -> Graph {
        var maker = try maker(input)
        let split = maker.add("Reshape", ["x", try maker.constant(split)])
        let moved = maker.add("Transpose", [split], ["perm": .ints(order)])
        maker.output(maker.add("Reshape", [moved, try maker.constant(result)]))
        return maker.graph
    }

    @Test("Blocks moved between channels and space", arguments: [Dimension.known(2), .symbol("N"), .unknown])
    func spaceBlocks(batch: Dimension) throws {
        let deep = [batch, .known(12), .known(2), .known(5)]
        let block = try shuffled(deep, split: [-1, 2, 2, 3, 2, 5], order: [0, 3, 4, 1, 5, 2], result: [-1, 3, 4, 10])
        #expect(try run(block, shape: [2, 12, 2, 5]).operators == ["DepthToSpace"])
        let channel = try shuffled(
            deep, split: [-1, 3, 2, 2, 2, 5], order: [0, 1, 4, 2, 5, 3], result: [-1, 3, 4, 10])
        let shuffle = try run(channel, shape: [2, 12, 2, 5])
        #expect(shuffle.operators == ["DepthToSpace"])
        #expect(shuffle.nodes[0].attributes["mode"] == .text("CRD"))
        #expect(try run(channel, shape: [2, 12, 2, 5], opset: 10).count(of: "DepthToSpace") == 0)
        let wide = [batch, .known(3), .known(4), .known(10)]
        let back = try shuffled(wide, split: [-1, 3, 2, 2, 5, 2], order: [0, 3, 5, 1, 2, 4], result: [-1, 12, 2, 5])
        #expect(try run(back, shape: [2, 3, 4, 10]).operators == ["SpaceToDepth"])
    }

    @Test("Another order, or another result, is no block")
    func noBlocks() throws {
        let deep: [Dimension] = [.known(2), .known(12), .known(2), .known(5)]
        let order = try shuffled(deep, split: [2, 2, 2, 3, 2, 5], order: [0, 3, 4, 2, 5, 1], result: [2, 3, 4, 10])
        let result = try shuffled(deep, split: [2, 2, 2, 3, 2, 5], order: [0, 3, 4, 1, 5, 2], result: [2, 3, 10, 4])
        for graph in [order, result] {
            #expect(try run(graph, shape: [2, 12, 2, 5]).operators == ["Reshape", "Transpose", "Reshape"])
        }
    }

    @Test("The mean over all pixels is a pool; over one axis it is not")
    func pools() throws {
        for (axes, keeps, operators) in [
            ([2, 3], 1, ["GlobalAveragePool"]), ([-1, -2], 0, ["GlobalAveragePool", "Flatten"]),
            ([3], 1, ["ReduceMean"]), ([1, 2], 1, ["ReduceMean"]),
        ] as [([Int64], Int, [String])] {
            var maker = try GraphMaker(input: [2, 3, 4, 5], seed: 43)
            maker.output(maker.add("ReduceMean", ["x", try maker.constant(axes)], ["keepdims": .int(keeps)]))
            #expect(try expectUnchanged(maker.graph, by: PoolFusion()).graph.operators == operators)
        }
    }
}
