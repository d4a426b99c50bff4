import BitdepthGraphs
import BitdepthTensors
import Testing

@Suite("Patterns")
struct PatternTests {
    private let silu = Pattern.commutative(
        "Mul", .value("x"), .node("Sigmoid", inputs: [.value("x")], as: "gate"), as: "product")

    private func graph(_ nodes: [Node], outputs: [ValueName] = ["y"], constants: [ValueName: Float] = [:]) throws
        -> Graph
    {
        var graph = Graph(
            inputs: [.init("x", nil), .init("u", nil)], outputs: outputs.map { .init($0, nil) }, nodes: nodes)
        for (name, value) in constants.sorted(by: { $0.key < $1.key }) {
            graph.initializers[name] = try Tensor(scalar: value)
        }
        return graph
    }

    @Test("Both orders of a commutative node match", arguments: [["x", "s"], ["s", "x"]] as [[ValueName?]])
    func commutative(inputs: [ValueName?]) throws {
        let graph = try graph([
            Node("Sigmoid", inputs: ["x"], outputs: ["s"]), Node("Mul", inputs: inputs, outputs: ["y"]),
        ])
        let matches = PatternMatcher(graph).matches(of: silu, at: 1)
        #expect(matches.count == 1)
        #expect(try matches.first?.value("x") == "x")
        #expect(try matches.first?.node("gate").op == "Sigmoid")
        #expect(try matches.first?.node("product") == graph.nodes[1])
    }

    @Test("A name that appears twice is one value")
    func sameValue() throws {
        let graph = try graph([
            Node("Sigmoid", inputs: ["u"], outputs: ["s"]), Node("Mul", inputs: ["x", "s"], outputs: ["y"]),
        ])
        #expect(PatternMatcher(graph).matches(of: silu, at: 1).isEmpty)
    }

    @Test("An inner value that is an output of the graph, or read elsewhere, is no match")
    func interior() throws {
        let nodes = [Node("Sigmoid", inputs: ["x"], outputs: ["s"]), Node("Mul", inputs: ["x", "s"], outputs: ["y"])]
        #expect(PatternMatcher(try graph(nodes, outputs: ["y", "s"])).matches(of: silu, at: 1).isEmpty)
        let read = try graph(nodes + [Node("Neg", inputs: ["s"], outputs: ["z"])])
        #expect(PatternMatcher(read).matches(of: silu, at: 1).isEmpty)
        let body = Graph(outputs: [.init("s", nil)])
        let captured = try graph(
            nodes + [Node("If", inputs: ["u"], outputs: ["z"], attributes: ["then_branch": .graph(body)])])
        #expect(PatternMatcher(captured).matches(of: silu, at: 1).isEmpty)
    }

    @Test("A shared node may have other readers and stays")
    func shared() throws {
        let pattern = Pattern.node("Neg", inputs: [.node("Neg", inputs: [.value("x")], shared: true)])
        let rule = RewriteRule("double negation", pattern) { match, replacement throws(BitdepthError) in
            replacement.forward(to: try match.value("x"))
            return true
        }
        var graph = try graph(
            [
                Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Neg", inputs: ["a"], outputs: ["b"]),
                Node("Neg", inputs: ["b"], outputs: ["c"]), Node("Add", inputs: ["b", "c"], outputs: ["y"]),
            ])
        #expect(try Rewriter.apply([rule], to: &graph) == 1)
        #expect(graph.nodes.map(\.op.type) == ["Relu", "Neg", "Add"])
        #expect(graph.nodes[2].inputs == ["b", "a"])
    }

    @Test("A diamond is one match when its corner is one node")
    func diamond() throws {
        let corner = Pattern.node("Relu", inputs: [.value("x")], as: "corner")
        let pattern = Pattern.commutative("Add", .node("Neg", inputs: [corner]), .node("Abs", inputs: [corner]))
        let one = try graph([
            Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Neg", inputs: ["a"], outputs: ["b"]),
            Node("Abs", inputs: ["a"], outputs: ["c"]), Node("Add", inputs: ["c", "b"], outputs: ["y"]),
        ])
        #expect(PatternMatcher(one).matches(of: pattern, at: 3).count == 1)
        let two = try graph([
            Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Relu", inputs: ["x"], outputs: ["a2"]),
            Node("Neg", inputs: ["a"], outputs: ["b"]), Node("Abs", inputs: ["a2"], outputs: ["c"]),
            Node("Add", inputs: ["c", "b"], outputs: ["y"]),
        ])
        #expect(PatternMatcher(two).matches(of: pattern, at: 4).isEmpty)
    }

    @Test("Constants must be constant, and satisfy their condition")
    func constants() throws {
        let pattern = Pattern.commutative("Add", .value("x"), .scalar(3))
        let nodes = [Node("Add", inputs: ["k", "x"], outputs: ["y"])]
        #expect(PatternMatcher(try graph(nodes, constants: ["k": 3])).matches(of: pattern, at: 0).count == 1)
        #expect(PatternMatcher(try graph(nodes, constants: ["k": 3.001])).matches(of: pattern, at: 0).isEmpty)
        var overridable = try graph(nodes, constants: ["k": 3])
        overridable.inputs.append(.init("k", nil))
        #expect(PatternMatcher(overridable).matches(of: pattern, at: 0).isEmpty)
    }

    @Test("Optional inputs may be left out; further inputs must be asked for")
    func optionalInputs() throws {
        let pattern = Pattern.node("Clip", inputs: [.value("x"), .optional(.constant("low"))])
        let matcher = { (inputs: [ValueName?]) throws in
            PatternMatcher(try self.graph([Node("Clip", inputs: inputs, outputs: ["y"])], constants: ["k": 0]))
                .matches(of: pattern, at: 0)
        }
        #expect(try matcher(["x"]).first?.optionalValue("low") == nil)
        #expect(try matcher(["x", "k"]).first?.optionalValue("low") == "k")
        #expect(try matcher(["x", nil, nil]).count == 1)
        #expect(try matcher(["x", "u"]).isEmpty)
        #expect(try matcher(["x", nil, "k"]).isEmpty)
    }

    @Test(
        "Three factors match in every grouping",
        arguments: [
            (["x", "s"], ["p", "k"]), (["x", "k"], ["s", "p"]), (["k", "s"], ["p", "x"]), (["s", "x"], ["k", "p"]),
        ] as [([ValueName?], [ValueName?])])
    func triple(inner: [ValueName?], outer: [ValueName?]) throws {
        let pattern = Pattern.triple("Mul", .value("x"), .node("Sigmoid", inputs: [.value("x")]), .scalar(0.5))
        let graph = try graph(
            [
                Node("Sigmoid", inputs: ["x"], outputs: ["s"]), Node("Mul", inputs: inner, outputs: ["p"]),
                Node("Mul", inputs: outer, outputs: ["y"]),
            ], constants: ["k": 0.5])
        #expect(!PatternMatcher(graph).matches(of: pattern, at: 2).isEmpty)
    }

    @Test("A node whose second output is used is not replaced")
    func secondOutput() throws {
        let pattern = Pattern.node("Dropout", inputs: [.value("x")])
        let unused = try graph([Node("Dropout", inputs: ["x"], outputs: ["y", "mask"])])
        #expect(PatternMatcher(unused).matches(of: pattern, at: 0).count == 1)
        let used = try graph([Node("Dropout", inputs: ["x"], outputs: ["y", "mask"])], outputs: ["y", "mask"])
        #expect(PatternMatcher(used).matches(of: pattern, at: 0).isEmpty)
    }
}

@Suite("Rewriting")
struct RewritingTests {
    private static let doubling = RewriteRule("x + x", .node("Add", inputs: [.value("x"), .value("x")])) {
        match, replacement throws(BitdepthError) in
        let two = replacement.add(try Tensor(scalar: Float(2)), named: "two")
        replacement.add(Node("Mul", inputs: [try match.value("x"), two], outputs: [replacement.output]))
        return true
    }

    @Test("A replacement takes the match's place and name; new names do not clash")
    func replaces() throws {
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)], initializers: ["two": try Tensor(scalar: Float(7))],
            nodes: [Node("Add", inputs: ["x", "x"], outputs: ["a"]), Node("Add", inputs: ["a", "a"], outputs: ["y"])])
        #expect(try Rewriter.apply([Self.doubling], to: &graph) == 2)
        #expect(graph.nodes.map(\.inputs) == [["x", "two_1"], ["a", "two_2"]])
        #expect(graph.nodes.map(\.outputs) == [["a"], ["y"]])
        #expect(try graph.initializers["two"]?.floats() == [7])
        try graph.validate()
    }

    @Test("A rule that declines leaves the graph alone")
    func declines() throws {
        let rule = RewriteRule("never", .node("Relu", inputs: [.value("x")])) { _, _ in false }
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)], nodes: [Node("Relu", inputs: ["x"], outputs: ["y"])])
        let before = graph
        #expect(try Rewriter.apply([rule], to: &graph) == 0)
        #expect(graph == before)
    }

    @Test("Overlapping matches are rewritten one after the other")
    func overlapping() throws {
        let rule = RewriteRule("Neg Neg", .node("Neg", inputs: [.node("Neg", inputs: [.value("x")])])) {
            match, replacement throws(BitdepthError) in
            replacement.forward(to: try match.value("x"))
            return true
        }
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)],
            nodes: (0..<5).map {
                Node(
                    "Neg", inputs: [ValueName($0 == 0 ? "x" : "v\($0)")],
                    outputs: [ValueName($0 == 4 ? "y" : "v\($0 + 1)")])
            })
        #expect(try Rewriter.apply([rule], to: &graph) == 2)
        #expect(graph.nodes.map(\.op.type) == ["Neg"])
        #expect(graph.nodes[0].outputs == ["y"] && graph.nodes[0].inputs == ["x"])
    }

    @Test("A constant that others read is copied, one that nobody else reads is changed in place")
    func changesConstants() throws {
        let rule = RewriteRule("x * k", .node("Mul", inputs: [.value("x"), .constant("k")])) {
            match, replacement throws(BitdepthError) in
            let name = replacement.change(try match.value("k"), to: try Tensor(scalar: Float(9)))
            replacement.add(Node("Add", inputs: [try match.value("x"), name], outputs: [replacement.output]))
            return true
        }
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)],
            initializers: ["own": try Tensor(scalar: Float(1)), "common": try Tensor(scalar: Float(2))],
            nodes: [
                Node("Mul", inputs: ["x", "own"], outputs: ["a"]),
                Node("Mul", inputs: ["a", "common"], outputs: ["b"]),
                Node("Sub", inputs: ["b", "common"], outputs: ["y"]),
            ])
        #expect(try Rewriter.apply([rule], to: &graph) == 2)
        #expect(graph.nodes[0].inputs == ["a", "own"] || graph.nodes[0].inputs == ["x", "own"])
        #expect(try graph.initializers["own"]?.floats() == [9])
        #expect(try graph.initializers["common"]?.floats() == [2])
        #expect(graph.nodes[1].inputs == ["a", "common_1"])
    }
}
