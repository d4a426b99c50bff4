import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Graphs with bodies, made by hand.
enum Bodies {
    static func graph(_ inputs: [String], _ nodes: [Node], _ outputs: [String]) -> Graph {
        Graph(
            inputs: inputs.map { Graph.Port(ValueName($0), nil) },
            outputs: outputs.map { Graph.Port(ValueName($0), nil) },
            nodes: nodes)
    }

    static func node(
        _ op: OperatorName, _ inputs: [String?], _ outputs: [String], _ attributes: [String: Attribute] = [:]
    ) -> Node {
        var node = Node(op, inputs: inputs.map { $0.map { ValueName($0) } }, outputs: outputs.map { ValueName($0) })
        for (name, value) in attributes { node.attributes[name] = value }
        return node
    }

    /// Doubles x where the condition holds, else adds 1 that it takes from outside.
    static func branches() throws -> Graph {
        let then = graph([], [node("Add", ["x", "x"], ["twice"])], ["twice"])
        let otherwise = graph([], [node("Add", ["x", "one"], ["more"])], ["more"])
        var whole = graph(
            ["x", "condition"],
            [node("If", ["condition"], ["y"], ["then_branch": .graph(then), "else_branch": .graph(otherwise)])], ["y"])
        whole.initializers["one"] = try Tensor(scalar: Float(1))
        return whole
    }

    /// Adds the iteration's number to a sum and collects the sums; goes on while the sum is below the limit.
    static func loop() throws -> Graph {
        let body = graph(
            ["i", "go", "before"],
            [
                node("Cast", ["i"], ["number"], ["to": .int(1)]), node("Add", ["before", "number"], ["after"]),
                node("Less", ["after", "limit"], ["goes"]), node("Identity", ["after"], ["seen"]),
            ], ["goes", "after", "seen"])
        return graph(
            ["trips", "start", "limit"],
            [node("Loop", ["trips", nil, "start"], ["sum", "sums"], ["body": .graph(body)])], ["sum", "sums"])
    }

    /// Running sums along axis 1 from its end, laid along axis 1 again.
    static func scan() -> Graph {
        let body = graph(
            ["before", "slice"],
            [node("Add", ["before", "slice"], ["after"]), node("Identity", ["after"], ["seen"])], ["after", "seen"])
        let scan = node(
            "Scan", ["start", "x"], ["total", "sums"],
            [
                "body": .graph(body), "num_scan_inputs": .int(1), "scan_input_axes": .ints([1]),
                "scan_input_directions": .ints([1]), "scan_output_axes": .ints([1]),
            ])
        return graph(["start", "x"], [scan], ["total", "sums"])
    }
}

@Suite("Control flow")
struct ControlFlowTests {
    @Test(
        "If runs the branch that the condition names, and branches read the values around them",
        arguments: [true, false])
    func branch(condition: Bool) throws {
        let x = try Tensor.floats([3, 4])
        let y = try Interpreter(Bodies.branches()).run(["x": x, "condition": try Tensor(scalar: condition)])["y"]
        #expect(try y?.floats() == (condition ? [6, 8] : [4, 5]))
    }

    @Test("Loop carries values, collects slices, and ends by the trip count or by its condition")
    func loop() throws {
        let interpreter = try Interpreter(Bodies.loop())
        func run(trips: Int64, limit: Float) throws -> [ValueName: Tensor] {
            try interpreter.run([
                "trips": try Tensor(scalar: trips), "start": try Tensor(scalar: Float(10)),
                "limit": try Tensor(scalar: limit),
            ])
        }
        let byCount = try run(trips: 4, limit: 100)
        #expect(try byCount["sums"]?.floats() == [10, 11, 13, 16])
        #expect(try byCount["sum"]?.floats() == [16])
        // 13 is the first sum that is not below 12.
        #expect(try run(trips: 9, limit: 12)["sums"]?.floats() == [10, 11, 13])
        let none = try run(trips: 0, limit: 100)
        #expect(try none["sum"]?.floats() == [10])
        #expect(none["sums"]?.shape.dimensions == [0])
    }

    @Test("Scan takes and lays slices along the axes that it names, from the end where it is told so")
    func scan() throws {
        let results = try Interpreter(Bodies.scan()).run([
            "start": try .floats([0, 100]), "x": try .floats([1, 2, 3, 10, 20, 30], [2, 3]),
        ])
        #expect(try results["total"]?.floats() == [6, 160])
        #expect(results["sums"]?.shape.dimensions == [2, 3])
        #expect(try results["sums"]?.floats() == [3, 5, 6, 130, 150, 160])
    }

    @Test("Scan of operator set 8 runs once for each element of the batch")
    func batchedScan() throws {
        let body = Bodies.graph(
            ["before", "slice"],
            [Bodies.node("Add", ["before", "slice"], ["after"]), Bodies.node("Identity", ["after"], ["seen"])],
            ["after", "seen"])
        var node = Bodies.node(
            "Scan", [nil, "start", "x"], ["total", "sums"], ["body": .graph(body), "num_scan_inputs": .int(1)])
        var scope = UpgradeScope(taken: [], constants: [:])
        try Scan.upgrade(&node, to: 9, in: &scope)
        let results = try Interpreter(Bodies.graph(["start", "x"], [node], ["total", "sums"])).run([
            "start": try .floats([0, 100], [2, 1]), "x": try .floats([1, 2, 3, 10, 20, 30], [2, 3, 1]),
        ])
        #expect(try results["total"]?.floats() == [6, 160])
        #expect(try results["sums"]?.floats() == [1, 3, 6, 110, 130, 160])
    }

    @Test("An enormous number of empty slices is refused at once")
    func enormousScan() throws {
        let x = try Tensor(zeros: try Shape([0, 1 << 40]), type: .float32)
        let error = #expect(throws: BitdepthError.self) {
            _ = try Interpreter(Bodies.scan()).run(["start": try .floats([], [0]), "x": x])
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test("A body with another number of inputs or outputs than its node is refused when it is read")
    func wrongBodies() throws {
        var graph = try Bodies.loop()
        graph.nodes[0].outputs.append("further")
        let error = #expect(throws: BitdepthError.self) { _ = try Interpreter(graph) }
        #expect(error?.code == .invalidAttribute)
        graph = Bodies.scan()
        graph.nodes[0].attributes["num_scan_inputs"] = .int(3)
        #expect(throws: BitdepthError.self) { _ = try Interpreter(graph) }
        graph.nodes[0].attributes["num_scan_inputs"] = .int(-1)
        #expect(throws: BitdepthError.self) { _ = try Interpreter(graph) }
    }
}

@Suite("Sequences and optional values")
struct CollectionTests {
    private func run(_ nodes: [Node], _ values: [ValueName: Value], _ output: ValueName) throws -> Value? {
        let graph = Graph(
            inputs: values.keys.sorted().map { Graph.Port($0, nil) }, outputs: [Graph.Port(output, nil)], nodes: nodes)
        return try Interpreter(graph).run(values: values)[output]
    }

    @Test("Tensors are put into a sequence, taken out and counted by position, from the end where it is negative")
    func editing() throws {
        let (a, b, c) = (try Tensor.floats([1]), try Tensor.floats([2, 3]), try Tensor.floats([4]))
        let at = try Tensor(scalar: Int64(-1))
        let nodes = [
            Bodies.node("SequenceConstruct", ["a", "b"], ["two"]),
            Bodies.node("SequenceInsert", ["two", "c", "at"], ["three"]),
            Bodies.node("SequenceErase", ["three", "at"], ["rest"]),
            Bodies.node("SequenceAt", ["rest", "at"], ["last"]), Bodies.node("SequenceLength", ["rest"], ["length"]),
        ]
        let values: [ValueName: Value] = ["a": .tensor(a), "b": .tensor(b), "c": .tensor(c), "at": .tensor(at)]
        // [a, b] becomes [a, c, b], then [a, c].
        #expect(try run(nodes, values, "rest") == .sequence([a, c]))
        #expect(try run(nodes, values, "last") == .tensor(c))
        #expect(try run(nodes, values, "length") == .tensor(try Tensor(scalar: Int64(2))))
        let outside = values.merging(["at": .tensor(try Tensor(scalar: Int64(7)))]) { $1 }
        #expect(throws: BitdepthError.self) { _ = try run(nodes, outside, "rest") }
    }

    @Test("A tensor that is split into a sequence and joined again is the same tensor")
    func splitting() throws {
        let x = try Tensor.floats((0..<10).map(Float.init), [2, 5])
        let nodes = [
            Bodies.node("SplitToSequence", ["x", "size"], ["parts"], ["axis": .int(1)]),
            Bodies.node("ConcatFromSequence", ["parts"], ["y"], ["axis": .int(1)]),
        ]
        let size = try Tensor(scalar: Int64(2))
        let parts = try run(nodes, ["x": .tensor(x), "size": .tensor(size)], "parts")
        guard case .sequence(let tensors)? = parts else {
            Issue.record("no sequence but \(String(describing: parts))")
            return
        }
        #expect(tensors.map(\.shape.dimensions) == [[2, 2], [2, 2], [2, 1]])
        #expect(try run(nodes, ["x": .tensor(x), "size": .tensor(size)], "y") == .tensor(x))
        let zero = try Tensor(scalar: Int64(0))
        #expect(throws: BitdepthError.self) { _ = try run(nodes, ["x": .tensor(x), "size": .tensor(zero)], "parts") }
    }

    @Test("An axis that gives too many parts is refused at once", arguments: [nil, 1])
    func enormousSplit(size: Int?) throws {
        let x = try Tensor(zeros: try Shape([1 << 40, 0]), type: .float32)
        let nodes = [Bodies.node("SplitToSequence", size == nil ? ["x"] : ["x", "size"], ["parts"])]
        var values: [ValueName: Value] = ["x": .tensor(x)]
        if let size { values["size"] = .tensor(try Tensor(scalar: Int64(size))) }
        let error = #expect(throws: BitdepthError.self) { _ = try run(nodes, values, "parts") }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Sequences that are mapped together must be equally long")
    func mapping() throws {
        let body = Bodies.graph(["a", "b"], [Bodies.node("Add", ["a", "b"], ["sum"])], ["sum"])
        let nodes = [Bodies.node("SequenceMap", ["x", "y"], ["z"], ["body": .graph(body)])]
        let (one, two) = (try Tensor.floats([1]), try Tensor.floats([2]))
        func mapped(_ count: Int) throws -> Value? {
            let further = [Tensor](repeating: one, count: count)
            return try run(nodes, ["x": .sequence([one, one]), "y": .sequence(further)], "z")
        }
        #expect(try mapped(2) == .sequence([two, two]))
        for count in [1, 3] { #expect(throws: BitdepthError.self) { _ = try mapped(count) } }
    }

    @Test("An optional value is there or not, and only one that is there can be taken out")
    func optionals() throws {
        let x = try Tensor.floats([1])
        let asked = [Bodies.node("OptionalHasElement", ["x"], ["y"])]
        #expect(try run(asked, ["x": .absent], "y") == .tensor(try Tensor(scalar: false)))
        #expect(try run(asked, ["x": .tensor(x)], "y") == .tensor(try Tensor(scalar: true)))
        let taken = [Bodies.node("OptionalGetElement", ["x"], ["y"])]
        #expect(try run(taken, ["x": .sequence([x])], "y") == .sequence([x]))
        #expect(throws: BitdepthError.self) { _ = try run(taken, ["x": .absent], "y") }
    }

    @Test("An operator on tensors refuses a sequence by name")
    func wrongKind() throws {
        let nodes = [Bodies.node("Relu", ["x"], ["y"])]
        let error = #expect(throws: BitdepthError.self) { _ = try run(nodes, ["x": .sequence([])], "y") }
        #expect(error?.code == .typeMismatch)
    }
}
