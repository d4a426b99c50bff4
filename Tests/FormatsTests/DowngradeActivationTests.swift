import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("Activations in files of older operator sets") struct DowngradeActivationTests {
    static let activations = [
        Node("Gelu", name: "a", inputs: ["x"], outputs: ["y"]),
        Node("Gelu", name: "a", inputs: ["x"], outputs: ["y"], attributes: ["approximate": .text("tanh")]),
        Node("Mish", name: "a", inputs: ["x"], outputs: ["y"]),
        Node("HardSwish", name: "a", inputs: ["x"], outputs: ["y"]),
        Node("Swish", name: "a", inputs: ["x"], outputs: ["y"]),
        Node("Swish", name: "a", inputs: ["x"], outputs: ["y"], attributes: ["alpha": .float(1.702)]),
    ]

    @Test(
        "An activation that the operator set lacks is spelled out, gives the same numbers and is known again",
        arguments: activations, [9, 13])
    func numbers(node: Node, opset: Int) throws {
        let x = try spread([2, 64])
        let dynamic = PartialShape([.symbol("N"), .known(64)])
        let downgrade = DowngradeCase(node, x: TensorType(.float32, dynamic))
        let spelled = try downgrade.spelled(for: opset)
        #expect(spelled.nodes.count > 1)
        #expect(spelled.nodes.last?.name == "a" && spelled.nodes.last?.outputs == ["y"])
        try downgrade.expectSameNumbers(at: opset, for: x)
    }

    @Test("Numbers are 16-bit floats where the values are", arguments: activations)
    func halves(node: Node) throws {
        let x = try spread([8, 8], type: .float16)
        let downgrade = DowngradeCase(node, x: TensorType(of: x))
        let spelled = try downgrade.spelled(for: 13)
        #expect(spelled.initializers.values.allSatisfy { $0.type == .float16 })
        let expected = try Interpreter(downgrade.graph).run(["x": x])["y"]?.doubles()
        var again = try downgrade.readAgain(from: 13)
        let found = try Interpreter(again).run(["x": x])["y"]?.doubles()
        // A few roundings to 11 bits, of intermediate values of up to 8.
        for (a, b) in zip(try #require(found), try #require(expected)) { #expect(abs(a - b) <= 0.02) }
        try PassPipeline.standard.run(&again)
        #expect(again.nodes.map(\.op) == [node.op])
    }

    @Test("Large 16-bit numbers stay finite", arguments: activations)
    func largeHalves(node: Node) throws {
        let x = try Tensor(floats: [-60000, 60000, 300, -300], shape: Shape.vector(4), type: .float16)
        let graph = try DowngradeCase(node, x: TensorType(of: x)).readAgain(from: 13)
        let y = try #require(try Interpreter(graph).run(["x": x])["y"]).doubles()
        #expect(y.map(abs) == [0, 60_000, 300, 0])
    }

    @Test("An operator set that has the activation keeps it")
    func kept() throws {
        for (node, opset) in zip(DowngradeActivationTests.activations, [20, 20, 18, 14, 24, 24]) {
            let type = TensorType(.float32, PartialShape([.known(4)]))
            #expect(try DowngradeCase(node, x: type).spelled(for: opset).nodes == [node])
        }
    }

    @Test("Two activations share their numbers, and names that are taken are not taken twice")
    func names() throws {
        let first = Node("Gelu", name: "a", inputs: ["x"], outputs: ["a_erf"])
        let second = Node("Gelu", name: "a", inputs: ["a_erf"], outputs: ["y"])
        var graph = DowngradeCase(first, x: TensorType(.float32, PartialShape([.known(4)]))).graph
        graph.nodes.append(second)
        graph.outputs = [.init("y", nil)]
        let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: 13)
        let spelled = try Downgrade().spelling(of: model, opset: nil)
        #expect(spelled.opset == 13)
        #expect(spelled.model.graph.initializers.count == 3)
        #expect(spelled.model.graph.nodes.count == 10)
        try spelled.model.graph.validate()
    }

    @Test("In the body of an If it is spelled out with numbers of the body's own")
    func body() throws {
        let node = Node("Gelu", name: "a", inputs: ["x"], outputs: ["y"])
        let body = Graph(name: "branch", outputs: [.init("y", nil)], nodes: [node])
        var other = body
        other.nodes[0].op = "Relu"
        other.nodes[0].outputs = ["z"]
        other.outputs = [.init("z", nil)]
        let graph = Graph(
            name: "if",
            inputs: [
                .init("c", TensorType(.bool, PartialShape([]))),
                .init("x", TensorType(.float32, PartialShape([.known(4)]))),
            ], outputs: [.init("r", nil)],
            nodes: [
                Node(
                    "If", inputs: ["c"], outputs: ["r"],
                    attributes: ["then_branch": .graph(body), "else_branch": .graph(other)])
            ])
        let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: 13)
        let spelled = try Downgrade().spelling(of: model, opset: nil)
        #expect(spelled.opset == 13)
        let branch = try #require(spelled.model.graph.nodes[0].subgraphs.first { $0.outputs[0].name == "y" })
        #expect(branch.nodes.map(\.op) == ["Div", "Erf", "Add", "Mul", "Mul"])
        #expect(branch.initializers.count == 3 && spelled.model.graph.initializers.isEmpty)
    }

    @Test("A value of unknown type raises the operator set, as its numbers cannot be written")
    func unknownType() throws {
        let odd = Node(OperatorName("Odd", domain: "test.custom"), inputs: ["x"], outputs: ["v"])
        var graph = DowngradeCase(odd, x: TensorType(.float32, .unknown)).graph
        graph.nodes.append(Node("Gelu", inputs: ["v"], outputs: ["y"]))
        graph.outputs = [.init("y", nil)]
        let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: 13)
        #expect(try Downgrade().spelling(of: model, opset: nil).opset == 20)
    }
}
