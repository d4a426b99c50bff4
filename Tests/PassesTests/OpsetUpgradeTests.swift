import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import OrderedCollections
import Testing

@Suite("Opset upgrade")
struct OpsetUpgradeTests {
    private func model(_ nodes: [Node], opset: Int?, initializers: OrderedDictionary<ValueName, Tensor> = [:])
        -> ModelGraph
    {
        let graph = Graph(
            name: "g", inputs: [.init("x", nil)], outputs: [.init("y", nil)], initializers: initializers, nodes: nodes)
        return ModelGraph(graph: graph, opsets: opset.map { ["": $0] } ?? ["acme": 1])
    }

    @Test("Axes of ReduceMean become an input, and the source version is remembered")
    func axesBecomeAnInput() throws {
        var model = model(
            [Node("ReduceMean", inputs: ["x"], outputs: ["y"], attributes: ["axes": .ints([1])])], opset: 13)
        #expect(try OpsetUpgrade().run(&model) == 1)
        let node = model.graph.nodes[0]
        #expect(node.attributes["axes"] == nil)
        let axes = try #require(node.input(1))
        #expect(try model.graph.initializers[axes]?.integers() == [1])
        #expect(model.sourceOpset == 13)
        #expect(model.opsets[""] == OpsetUpgrade.latest)
    }

    @Test("Two nodes that need a constant of the same name get different ones")
    func namesAreFresh() throws {
        let nodes = [
            Node("ReduceMean", name: "r", inputs: ["x"], outputs: ["m"], attributes: ["axes": .ints([1])]),
            Node("ReduceMean", name: "r", inputs: ["m"], outputs: ["y"], attributes: ["axes": .ints([0])]),
        ]
        var model = model(nodes, opset: 13)
        try OpsetUpgrade().run(&model)
        #expect(model.graph.initializers.count == 2)
        #expect(model.graph.nodes[0].input(1) != model.graph.nodes[1].input(1))
        try model.graph.validate()
    }

    @Test("Nodes inside subgraphs are upgraded too")
    func subgraphs() throws {
        let body = Graph(
            name: "b", outputs: [.init("t", nil)],
            nodes: [Node("ReduceMean", inputs: ["x"], outputs: ["t"], attributes: ["axes": .ints([1])])])
        let node = Node(
            "If", inputs: ["x"], outputs: ["y"], attributes: ["then_branch": .graph(body), "else_branch": .graph(body)])
        var model = model([node], opset: 13)
        try OpsetUpgrade().run(&model)
        for graph in model.graph.nodes[0].subgraphs { #expect(graph.nodes[0].inputs.count == 2) }
    }

    @Test("A model of the latest version, an unknown operator and another domain stay as they are")
    func unchanged() throws {
        let nodes = [
            Node("Frobnicate", inputs: ["x"], outputs: ["a"]),
            Node(OperatorName("Relu", domain: "acme"), inputs: ["a"], outputs: ["b"]),
            Node("Relu", inputs: ["b"], outputs: ["y"]),
        ]
        for opset in [OpsetUpgrade.latest, 7] {
            var model = model(nodes, opset: opset)
            #expect(try OpsetUpgrade().run(&model) == 0)
            #expect(model.graph.nodes == nodes)
        }
    }

    @Test(
        "A newer version than the latest is an error that names both", arguments: [OpsetUpgrade.latest + 1, 999, 0, -1])
    func outside(opset: Int) {
        var model = model([Node("Relu", inputs: ["x"], outputs: ["y"])], opset: opset)
        do throws(BitdepthError) {
            try OpsetUpgrade().run(&model)
            Issue.record("no error")
        } catch {
            #expect(error.code == .unsupportedOpset)
            #expect(error.message.contains(String(opset)))
            #expect(opset < 1 || error.message.contains(String(OpsetUpgrade.latest)))
        }
    }

    @Test("A model of other domains alone has no source version")
    func otherDomains() throws {
        var model = model([Node(OperatorName("Relu", domain: "acme"), inputs: ["x"], outputs: ["y"])], opset: nil)
        try OpsetUpgrade().run(&model)
        #expect(model.sourceOpset == nil)
    }
}
