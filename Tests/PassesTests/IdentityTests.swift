import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Removing what does nothing")
struct IdentityTests {
    /// `Relu → op → Neg`, with the op built by `body`.
    private func between(
        _ input: [Int] = [2, 3, 4], _ body: (inout GraphMaker, ValueName) throws -> ValueName
    ) throws -> Graph {
        var maker = try GraphMaker(input: input, seed: 13)
        let start = maker.add("Relu", ["x"])
        maker.output(maker.add("Neg", [try body(&maker, start)]))
        return maker.graph
    }

    @Test("Nodes that hand on their input are removed")
    func removed() throws {
        let graphs = [
            try between { maker, x in maker.add("Identity", [x]) },
            try between { maker, x in maker.add("Cast", [x], ["to": .int(1)]) },
            try between { maker, x in maker.add("Reshape", [x, try maker.constant([2, 3, 4] as [Int64])]) },
            try between { maker, x in maker.add("Reshape", [x, try maker.constant([0, -1, 4] as [Int64])]) },
            try between { maker, x in maker.add("Expand", [x, try maker.constant([3, 1] as [Int64])]) },
            try between([2, 3]) { maker, x in maker.add("Flatten", [x]) },
            try between { maker, x in maker.add("Transpose", [x], ["perm": .ints([0, 1, 2])]) },
            try between { maker, x in maker.add("Concat", [x], ["axis": .int(1)]) },
            try between { maker, x in maker.add("Pad", [x, try maker.constant([Int64](repeating: 0, count: 6))]) },
            try between { maker, x in maker.add("Clip", [x]) },
            try between { maker, x in maker.add("Add", [try maker.scalar(0), x]) },
            try between { maker, x in maker.add("Mul", [x, try maker.constant([1, 1, 1], [3, 1])]) },
            try between { maker, x in maker.add("Sub", [x, try maker.constant([0], [1])]) },
            try between { maker, x in maker.add("Div", [x, try maker.scalar(1)]) },
            try between { maker, x in maker.add("Dropout", [x]) },
        ]
        for graph in graphs {
            let (result, changes) = try expectUnchanged(graph, by: IdentityRemoval())
            #expect(changes == 1, "\(graph.operators)")
            #expect(result.operators == ["Relu", "Neg"])
        }
    }

    @Test("Nodes that change something stay")
    func kept() throws {
        let graphs = [
            try between { maker, x in maker.add("Reshape", [x, try maker.constant([6, 4] as [Int64])]) },
            try between { maker, x in maker.add("Transpose", [x], ["perm": .ints([0, 2, 1])]) },
            try between { maker, x in maker.add("Concat", [x, x], ["axis": .int(1)]) },
            try between { maker, x in maker.add("Add", [x, try maker.constant([0], [1, 1, 1, 1])]) },
            try between([2, 1, 4]) { maker, x in maker.add("Mul", [x, try maker.constant([1, 1, 1], [3, 1])]) },
            try between { maker, x in maker.add("Sub", [try maker.scalar(0), x]) },
            try between { maker, x in maker.add("Mul", [x, try maker.constant([1, 2, 1], [3, 1])]) },
        ]
        for graph in graphs {
            #expect(try expectUnchanged(graph, by: IdentityRemoval()).changes == 0, "\(graph.operators)")
        }
    }

    @Test("An identity that is an output of the graph gives its name away, or stays between two names")
    func outputs() throws {
        var maker = try GraphMaker(input: [3])
        let first = maker.add("Relu", ["x"])
        let renamed = maker.add("Identity", [first])
        let again = maker.add("Identity", [renamed])
        let passed = maker.add("Identity", ["x"])
        for value in [renamed, again, passed] { maker.output(value) }
        let (graph, changes) = try expectUnchanged(maker.graph, by: IdentityRemoval())
        #expect(changes == 1)
        #expect(graph.operators == ["Relu", "Identity", "Identity"])
        #expect(graph.nodes[0].outputs == [renamed])
    }

    @Test("Transposes that undo each other vanish, others become one")
    func transposes() throws {
        let toLast: Attribute = .ints([0, 2, 3, 1])
        let toFirst: Attribute = .ints([0, 3, 1, 2])
        let inverse = try between([1, 2, 3, 4]) { maker, x in
            maker.add("Transpose", [maker.add("Transpose", [x], ["perm": toLast])], ["perm": toFirst])
        }
        let (none, changes) = try expectUnchanged(
            inverse, by: { try TransposeCancellation().run(&$0) + DeadCodeRemoval().run(&$0) })
        #expect(changes == 2)
        #expect(none.operators == ["Relu", "Neg"])
        let twice = try between([1, 2, 3, 4]) { maker, x in
            maker.add("Transpose", [maker.add("Transpose", [x], ["perm": toLast])], ["perm": toLast])
        }
        let (one, _) = try expectUnchanged(
            twice, by: { try TransposeCancellation().run(&$0) + DeadCodeRemoval().run(&$0) })
        #expect(one.operators == ["Relu", "Transpose", "Neg"])
        #expect(one.nodes[1].attributes["perm"] == toFirst)
    }

    @Test("A transpose that others read stays while its inverse goes")
    func sharedTranspose() throws {
        var maker = try GraphMaker(input: [1, 2, 3])
        let first = maker.add("Transpose", [maker.add("Relu", ["x"])], ["perm": .ints([0, 2, 1])])
        maker.output(maker.add("Transpose", [first], ["perm": .ints([0, 2, 1])]))
        maker.output(maker.add("Neg", [first]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: TransposeCancellation())
        #expect(changes == 1)
        #expect(graph.operators == ["Relu", "Transpose", "Neg"])
    }

    @Test("Dead nodes, initializers and stated types go; inputs and what subgraphs capture stay")
    func deadCode() throws {
        var maker = try GraphMaker(input: [3])
        let kept = maker.add("Relu", ["x"])
        let dead = maker.add("Add", [kept, try maker.scalar(4)])
        _ = maker.add("Neg", [dead])
        let captured = maker.add("Abs", ["x"])
        let body = Graph(outputs: [.init(captured, nil)])
        maker.output(
            maker.add(
                "If", [maker.constant(try Tensor(scalar: true))],
                ["then_branch": .graph(body), "else_branch": .graph(body)]))
        maker.output(kept)
        var graph = maker.graph
        graph.inputs.append(.init("unused", TensorType(.float32, Shape.scalar)))
        graph.initializers["unused"] = try Tensor(scalar: Float(1))
        graph.valueTypes[dead] = TensorType(.float32, Shape.vector(3))
        graph.valueTypes[kept] = TensorType(.float32, Shape.vector(3))
        #expect(try DeadCodeRemoval().run(&graph) == 4)
        #expect(graph.operators == ["Relu", "Abs", "If"])
        #expect(graph.initializers.count == 2)
        #expect(graph.valueTypes.keys == [kept])
        try graph.validate()
    }

    @Test("Equal nodes become one, through equal constants and chains of equal nodes")
    func commonSubexpression() throws {
        var maker = try GraphMaker(input: [3])
        let left = maker.add("Neg", [maker.add("Mul", ["x", try maker.scalar(2)])])
        let right = maker.add("Neg", [maker.add("Mul", ["x", try maker.scalar(2)])])
        let other = maker.add("Neg", [maker.add("Mul", ["x", try maker.scalar(3)])])
        maker.output(maker.add("Sum", [left, right, other]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: CommonSubexpression())
        #expect(changes == 2)
        #expect(graph.operators == ["Mul", "Neg", "Mul", "Neg", "Sum"])
        #expect(graph.initializers.count == 3)
    }

    @Test("Nodes that differ in an attribute, draw random numbers, or take a caller's values stay apart")
    func notCommon() throws {
        var maker = try GraphMaker(input: [2, 3])
        let sums = [
            maker.add("Transpose", ["x"], ["perm": .ints([1, 0])]),
            maker.add("Transpose", ["x"], ["perm": .ints([0, 1])]),
        ]
        for sum in sums { maker.output(sum) }
        #expect(try expectUnchanged(maker.graph, by: CommonSubexpression()).changes == 0)
        var random = Graph(
            inputs: [.init("x", nil)], outputs: [.init("a", nil), .init("b", nil)],
            nodes: ["a", "b"].map { Node("Bernoulli", inputs: ["x"], outputs: [$0]) })
        #expect(try CommonSubexpression().run(&random) == 0)
    }

    @Test("Two outputs of the graph that are equal keep both names")
    func commonOutputs() throws {
        var maker = try GraphMaker(input: [3])
        maker.output(maker.add("Neg", ["x"]))
        maker.output(maker.add("Neg", ["x"]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: CommonSubexpression())
        #expect(changes == 1)
        #expect(graph.operators == ["Neg", "Identity"])
    }

    @Test("DequantizeLinear nodes of one tensor with different scales stay apart")
    func dequantizations() throws {
        var graph = Graph(
            outputs: [.init("a", nil), .init("b", nil)],
            initializers: [
                "q": try Tensor([1, 2] as [Int8]), "s": try Tensor(scalar: Float(0.5)),
                "t": try Tensor(scalar: Float(0.25)),
            ],
            nodes: [
                Node("DequantizeLinear", inputs: ["q", "s"], outputs: ["a"]),
                Node("DequantizeLinear", inputs: ["q", "t"], outputs: ["b"]),
            ])
        #expect(try CommonSubexpression().run(&graph) == 0)
    }
}
