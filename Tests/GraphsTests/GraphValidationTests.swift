import BitdepthGraphs
import BitdepthTensors
import Testing

@Suite("Graph validation and order")
struct GraphValidationTests {
    private func chain(_ nodes: [Node], outputs: [String] = ["y"]) -> Graph {
        Graph(
            inputs: [.init("x", TensorType(.float32, Shape.vector(4)))],
            outputs: outputs.map { .init(ValueName($0), nil) }, nodes: nodes)
    }

    @Test("A graph whose values are all defined once is valid")
    func valid() throws {
        let graph = chain([
            Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Add", inputs: ["a", "x"], outputs: ["y"]),
        ])
        try graph.validate()
    }

    @Test("A dangling input is an error that names value and node")
    func dangling() {
        let graph = chain([Node("Add", name: "sum", inputs: ["x", "ghost"], outputs: ["y"])])
        #expect {
            try graph.validate()
        } throws: { error in
            let error = error as? BitdepthError
            return error?.code == .invalidGraph && error?.place.node == "sum" && error?.place.tensor == "ghost"
        }
    }

    @Test("A value with two producers is an error")
    func twoProducers() {
        let graph = chain([
            Node("Relu", inputs: ["x"], outputs: ["y"]), Node("Abs", name: "second", inputs: ["x"], outputs: ["y"]),
        ])
        #expect {
            try graph.validate()
        } throws: { error in
            let error = error as? BitdepthError
            return error?.code == .invalidGraph && error?.place.node == "second" && error?.place.tensor == "y"
        }
    }

    @Test("An output that nothing produces is an error")
    func missingOutput() {
        let graph = chain([Node("Relu", inputs: ["x"], outputs: ["y"])], outputs: ["y", "z"])
        #expect {
            try graph.validate()
        } throws: { ($0 as? BitdepthError)?.place.tensor == "z" }
    }

    @Test("A circle is an error that names a value on it")
    func circle() {
        let graph = chain([
            Node("Relu", inputs: ["x"], outputs: ["free"]),
            Node("Add", inputs: ["free", "c"], outputs: ["b"]), Node("Relu", inputs: ["b"], outputs: ["c"]),
            Node("Relu", inputs: ["c"], outputs: ["y"]),
        ])
        #expect {
            try graph.validate()
        } throws: { error in
            let error = error as? BitdepthError
            return error?.code == .cycle && ["b", "c"].contains(error?.place.tensor)
        }
    }

    @Test("Producers come first, and the order of the file stays where it can")
    func order() throws {
        let graph = chain([
            Node("Add", inputs: ["a", "b"], outputs: ["y"]), Node("Relu", inputs: ["x"], outputs: ["a"]),
            Node("Abs", inputs: ["x"], outputs: ["b"]), Node("Neg", inputs: ["x"], outputs: ["unused"]),
        ])
        #expect(try graph.topologicalOrder() == [1, 2, 0, 3])
        var sorted = graph
        try sorted.sortTopologically()
        #expect(sorted.nodes.map(\.op.type) == ["Relu", "Abs", "Add", "Neg"])
    }

    @Test("A node that reads one value twice is ordered once")
    func readTwice() throws {
        let graph = chain([
            Node("Mul", inputs: ["a", "a"], outputs: ["y"]), Node("Relu", inputs: ["x"], outputs: ["a"]),
        ])
        #expect(try graph.topologicalOrder() == [1, 0])
    }

    @Test("What a subgraph captures orders its node, and is counted as a use")
    func captured() throws {
        let body = Graph(outputs: [.init("inner", nil)], nodes: [Node("Neg", inputs: ["a"], outputs: ["inner"])])
        let graph = chain([
            Node(
                "If", inputs: ["x"], outputs: ["y"],
                attributes: ["then_branch": .graph(body), "else_branch": .graph(body)]),
            Node("Relu", inputs: ["x"], outputs: ["a"]),
        ])
        try graph.validate()
        #expect(body.capturedValues == ["a"])
        #expect(try graph.topologicalOrder() == [1, 0])
        #expect(GraphIndex(graph).consumers["a"] == [0, 0])
        #expect(GraphIndex(graph).onlyConsumer(of: "a") == nil)
    }

    @Test("A subgraph that reads what nobody defines is an error at its node")
    func danglingCapture() {
        let body = Graph(outputs: [.init("inner", nil)], nodes: [Node("Neg", inputs: ["ghost"], outputs: ["inner"])])
        let graph = chain([
            Node("If", name: "choice", inputs: ["x"], outputs: ["y"], attributes: ["then_branch": .graph(body)])
        ])
        #expect {
            try graph.validate()
        } throws: { ($0 as? BitdepthError)?.place.tensor == "ghost" }
    }
}
