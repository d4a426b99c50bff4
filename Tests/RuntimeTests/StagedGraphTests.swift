import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

/// Graphs that one program cannot hold: their way, or the shapes of their values, become known in running.
@Suite("Staged graphs")
struct StagedGraphTests {
    private static func node(
        _ op: OperatorName, _ inputs: [String?], _ outputs: [String], _ attributes: [String: Attribute] = [:]
    ) -> Node {
        var node = Node(op, inputs: inputs.map { $0.map { ValueName($0) } }, outputs: outputs.map { ValueName($0) })
        for (name, value) in attributes { node.attributes[name] = value }
        return node
    }

    private static func body(_ inputs: [String], _ nodes: [Node], _ outputs: [String]) -> Graph {
        Graph(
            inputs: inputs.map { Graph.Port(ValueName($0), nil) },
            outputs: outputs.map { Graph.Port(ValueName($0), nil) }, nodes: nodes)
    }

    /// A product, then one of two branches (each with a product of its own), then another product.
    private func branching() throws -> Graph {
        var numbers = SeededNumbers(seed: 5)
        func weight() throws -> Tensor { try Tensor(numbers.floats(64, in: -1...1), shape: [8, 8]) }
        var then = Self.body([], [Self.node("MatMul", ["h", "w1"], ["a"])], ["a"])
        then.initializers["w1"] = try weight()
        let otherwise = Self.body(
            [], [Self.node("MatMul", ["h", "w0"], ["b"]), Self.node("Relu", ["b"], ["c"])], ["c"])
        var graph = Graph(
            inputs: [
                Graph.Port("x", TensorType(.float32, PartialShape([.symbol("n"), .known(8)]))),
                Graph.Port("condition", TensorType(.bool, Shape.scalar)),
            ],
            outputs: [Graph.Port("y", nil), Graph.Port("h", nil)],
            nodes: [
                Self.node("MatMul", ["x", "w0"], ["h"]),
                Self.node("If", ["condition"], ["z"], ["then_branch": .graph(then), "else_branch": .graph(otherwise)]),
                Self.node("MatMul", ["z", "w2"], ["y"]),
            ])
        graph.initializers["w0"] = try weight()
        graph.initializers["w2"] = try weight()
        return graph
    }

    private func expectSame(
        _ found: [String: Tensor], _ expected: [ValueName: Tensor], _ comment: String
    ) throws {
        for (name, tensor) in expected {
            try expectClose(try #require(found[name.text]), tensor, "\(name): \(comment)")
        }
    }

    @Test("A graph with branches computes what the reference computes, for any batch", arguments: [true, false])
    func branches(condition: Bool) throws {
        let graph = try branching()
        let session = try CompiledGraph(graph, threads: 2).makeSession()
        var numbers = SeededNumbers(seed: 6)
        for batch in [1, 3, 1] {
            let x = try Tensor(numbers.floats(batch * 8, in: -1...1), shape: [batch, 8])
            let decision = try Tensor(scalar: condition)
            let expected = try Interpreter(graph).run(["x": x, "condition": decision])
            try expectSame(try session.run(["x": x, "condition": decision]), expected, "batch \(batch)")
        }
    }

    @Test("Multiplications inside branches run by kernels, and are counted")
    func kernelsInBranches() throws {
        let compiled = try CompiledGraph(try branching())
        let inputs = [
            "x": try Tensor(zeros: try Shape([2, 8]), type: .float32), "condition": try Tensor(scalar: true),
        ]
        let work = try compiled.work(for: inputs)
        #expect(work.multiplyAccumulates.total == 3 * 2 * 64)
        #expect(work.descriptions.filter { $0.kernel.hasPrefix("sgemm") }.count == 3)
        #expect(throws: BitdepthError.self) { _ = try compiled.program(for: inputs) }
    }

    @Test("Values of bodies can be observed: those of the branch that ran, and in a loop once for each iteration")
    func observation() throws {
        let options = CompileOptions(taps: ["h", "a", "b", "y"])
        let session = try CompiledGraph(try branching(), options: options).makeSession()
        var seen: [ValueName] = []
        let x = try Tensor([Float](repeating: 1, count: 8), shape: [1, 8])
        try session.observe(["x": x, "condition": try Tensor(scalar: true)]) { seen.append($0.value) }
        #expect(seen == ["h", "a", "y"])

        let body = Self.body(
            ["i", "go", "before"],
            [Self.node("Add", ["before", "x"], ["after"]), Self.node("Identity", ["go"], ["goes"])], ["goes", "after"])
        let loop = Graph(
            inputs: [Graph.Port("x", TensorType(.float32, Shape.vector(2)))], outputs: [Graph.Port("y", nil)],
            initializers: ["trips": try Tensor(scalar: Int64(3))],
            nodes: [Self.node("Loop", ["trips", nil, "x"], ["y"], ["body": .graph(body)])])
        var sums: [[Float]] = []
        let looping = try CompiledGraph(loop, options: CompileOptions(taps: ["after"])).makeSession()
        try looping.observe(["x": try Tensor([Float(1), 2])]) { sums.append(Array($0.elements)) }
        #expect(sums == [[2, 4], [3, 6], [4, 8]])
    }

    @Test("Of a part that is interpreted only tapped values are observed")
    func observationOfInterpretedParts() throws {
        let graph = Graph(
            inputs: [
                Graph.Port("x", TensorType(.float32, Shape.vector(3))),
                Graph.Port("kept", TensorType(.bool, Shape.vector(3))),
            ],
            outputs: [Graph.Port("y", nil)],
            nodes: [
                Self.node("Compress", ["x", "kept"], ["some"]), Self.node("Abs", ["some"], ["sizes"]),
                Self.node("Neg", ["sizes"], ["y"]),
            ])
        let session = try CompiledGraph(graph, options: CompileOptions(taps: ["sizes"])).makeSession()
        var seen: [ValueName] = []
        let kept = try Tensor([true, false, true], shape: [3])
        try session.observe(["x": try Tensor([Float(1), -2, -3]), "kept": kept]) { seen.append($0.value) }
        #expect(seen == ["sizes"])
    }

    @Test("What follows a result whose size depends on the data is right for every size, zero too")
    func dataDependentSizes() throws {
        var numbers = SeededNumbers(seed: 7)
        var graph = Graph(
            inputs: [
                Graph.Port("x", TensorType(.float32, try Shape([6, 8]))),
                Graph.Port("kept", TensorType(.bool, Shape.vector(6))),
            ],
            outputs: [Graph.Port("y", nil), Graph.Port("count", nil)],
            nodes: [
                Self.node("Compress", ["x", "kept"], ["rows"], ["axis": .int(0)]),
                Self.node("MatMul", ["rows", "w"], ["product"]), Self.node("Relu", ["product"], ["y"]),
                Self.node("Shape", ["rows"], ["extents"]), Self.node("Gather", ["extents", "zero"], ["count"]),
            ])
        graph.initializers["w"] = try Tensor(numbers.floats(32, in: -1...1), shape: [8, 4])
        graph.initializers["zero"] = try Tensor(scalar: Int64(0))
        let compiled = try CompiledGraph(graph)
        let session = compiled.makeSession()
        let x = try Tensor(numbers.floats(48, in: -1...1), shape: [6, 8])
        for count in [0, 1, 4, 6] {
            let kept = try Tensor((0..<6).map { $0 < count }, shape: [6])
            let expected = try Interpreter(graph).run(["x": x, "kept": kept])
            let found = try session.run(["x": x, "kept": kept])
            try expectSame(found, expected, "\(count) rows")
            #expect(try found["count"]?.integers() == [count])
        }
        // Whatever the number of rows was, the graph's own input types were the same.
        #expect(compiled.cachedProgramCount == 1)
    }

    @Test("Loops whose carried values grow, and sequences between nodes, run in the compiled graph as in the reference")
    func growingValues() throws {
        let body = Self.body(
            ["i", "go", "before"],
            [
                Self.node("Concat", ["before", "x"], ["after"], ["axis": .int(0)]),
                Self.node("Identity", ["go"], ["goes"]),
            ], ["goes", "after"])
        let graph = Graph(
            inputs: [
                Graph.Port("x", TensorType(.float32, Shape.vector(2))),
                Graph.Port("trips", TensorType(.int64, Shape.scalar)),
            ],
            outputs: [Graph.Port("y", nil), Graph.Port("parts", nil)],
            nodes: [
                Self.node("Loop", ["trips", nil, "x"], ["grown"], ["body": .graph(body)]),
                Self.node("SplitToSequence", ["grown"], ["parts"]),
                Self.node("ConcatFromSequence", ["parts"], ["y"], ["axis": .int(0)]),
            ])
        let session = try CompiledGraph(graph).makeSession()
        for trips in [0, 1, 5] {
            let inputs: [String: Value] = [
                "x": .tensor(try Tensor([Float(1), 2])), "trips": .tensor(try Tensor(scalar: Int64(trips))),
            ]
            let expected = try Interpreter(graph).run(
                values: Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) }))
            let found = try session.run(values: inputs)
            for (name, value) in expected { #expect(found[name.text] == value, "\(trips) trips, \(name)") }
        }
    }

    @Test("A sequence as an output needs run(values:), and says so")
    func sequenceOutput() throws {
        let graph = Graph(
            inputs: [Graph.Port("x", TensorType(.float32, Shape.vector(2)))], outputs: [Graph.Port("y", nil)],
            nodes: [Self.node("SplitToSequence", ["x"], ["y"])])
        let session = try CompiledGraph(graph).makeSession()
        let error = #expect(throws: BitdepthError.self) { _ = try session.run(["x": try Tensor([Float(1), 2])]) }
        #expect(error?.code == .typeMismatch)
    }

    @Test("16-bit floats pass through branches as they pass through programs")
    func halfPrecision() throws {
        var graph = try branching()
        graph.inputs[0].type = TensorType(.float16, PartialShape([.symbol("n"), .known(8)]))
        for name in ["w0", "w2"] as [ValueName] {
            graph.initializers[name] = try graph.initializers[name]?.converted(to: .float16)
        }
        guard case .graph(var then)? = graph.nodes[1].attributes["then_branch"] else {
            Issue.record("the node has no branch")
            return
        }
        then.initializers["w1"] = try then.initializers["w1"]?.converted(to: .float16)
        graph.nodes[1].attributes["then_branch"] = .graph(then)
        let x = try Tensor(zeros: try Shape([2, 8]), type: .float16)
        let found = try CompiledGraph(graph).makeSession().run(["x": x, "condition": try Tensor(scalar: true)])
        #expect(found["y"]?.type == .float16)
        #expect(found["h"]?.type == .float16)
    }
}
