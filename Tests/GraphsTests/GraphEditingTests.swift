import BitdepthGraphs
import BitdepthTensors
import Testing

@Suite("Editing graphs")
struct GraphEditingTests {
    private let capturing = Graph(outputs: [.init("a", nil)], nodes: [Node("Neg", inputs: ["a"], outputs: ["inner"])])

    @Test("Replacing uses reaches what subgraphs capture, their outputs included")
    func replaceUses() {
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)],
            nodes: [
                Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Abs", inputs: ["x"], outputs: ["b"]),
                Node("If", inputs: ["a"], outputs: ["y"], attributes: ["then_branch": .graph(capturing)]),
            ])
        graph.replaceUses(of: "a", with: "b")
        #expect(graph.nodes[2].inputs == ["b"])
        let body = graph.nodes[2].subgraphs[0]
        #expect(body.outputs.map(\.name) == ["b"])
        #expect(body.nodes[0].inputs == ["b"])
        #expect(GraphIndex(graph).consumers["a"] == nil)
    }

    @Test("An unused name avoids every name of the graph and its subgraphs")
    func unusedName() {
        let graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)],
            nodes: [Node("If", inputs: ["x"], outputs: ["y"], attributes: ["then_branch": .graph(capturing)])])
        #expect(graph.allNames == ["x", "y", "a", "inner"])
        #expect(graph.unusedName("inner", taken: graph.allNames) == "inner_1")
        #expect(graph.unusedName("fresh", taken: graph.allNames) == "fresh")
    }

    @Test("Forwarding follows chains to their ends")
    func forwardingChain() {
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil)],
            nodes: [Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Neg", inputs: ["c"], outputs: ["y"])])
        var forwarding = ValueForwarding(graph)
        let cMayGo = forwarding.forward("c", to: "b")
        #expect(cMayGo)
        let bMayGo = forwarding.forward("b", to: "a")
        #expect(bMayGo)
        forwarding.apply(to: &graph)
        #expect(graph.nodes[1].inputs == ["a"])
    }

    @Test("An output that is forwarded gives its name to the producer of the other value, and to its readers")
    func forwardingOutput() throws {
        var graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil), .init("z", nil)],
            nodes: [Node("Relu", inputs: ["x"], outputs: ["a"]), Node("Neg", inputs: ["a"], outputs: ["z"])])
        var forwarding = ValueForwarding(graph)
        let yMayGo = forwarding.forward("y", to: "a")
        #expect(yMayGo)
        forwarding.apply(to: &graph)
        #expect(graph.nodes[0].outputs == ["y"])
        #expect(graph.nodes[1].inputs == ["y"])
        try graph.validate()
    }

    @Test("An output cannot be forwarded to an input, an initializer or another output", arguments: ["x", "w", "z"])
    func forwardingRefused(target: ValueName) throws {
        let graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil), .init("z", nil)],
            initializers: ["w": try Tensor(scalar: Float(1))],
            nodes: [Node("Identity", inputs: ["x"], outputs: ["y"]), Node("Neg", inputs: ["x"], outputs: ["z"])])
        var forwarding = ValueForwarding(graph)
        let yMayGo = forwarding.forward("y", to: target)
        #expect(!yMayGo)
    }

    @Test("Two outputs cannot both take over one value's name")
    func forwardingTwoOutputs() {
        let graph = Graph(
            inputs: [.init("x", nil)], outputs: [.init("y", nil), .init("z", nil)],
            nodes: [Node("Relu", inputs: ["x"], outputs: ["a"])])
        var forwarding = ValueForwarding(graph)
        let yMayGo = forwarding.forward("y", to: "a")
        #expect(yMayGo)
        let zMayGo = forwarding.forward("z", to: "a")
        #expect(!zMayGo)
    }
}
