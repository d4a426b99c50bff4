import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Passes inside bodies")
struct BodyTests {
    private static let weight: ValueName = "weight"

    /// Convolution and BatchNormalization that read the outer "x" and `weight`; the parameters are Constant nodes.
    private func branch(_ prefix: String, output: ValueName) throws -> Graph {
        func constant(_ name: String, _ values: [Float], _ shape: [Int]) throws -> Node {
            Node(
                "Constant", inputs: [], outputs: [ValueName(prefix + name)],
                attributes: ["value": .tensor(try Tensor(values, shape: shape))])
        }
        func name(_ text: String) -> ValueName { ValueName(prefix + text) }
        return Graph(
            name: prefix, outputs: [.init(output, nil)],
            nodes: [
                try constant("gamma", [2, -0.5], [2]), try constant("beta", [0.25, 1], [2]),
                try constant("mean", [0.1, 0.2], [2]), try constant("variance", [1.5, 0.3], [2]),
                Node("Conv", inputs: ["x", Self.weight], outputs: [name("conv")]),
                Node(
                    "BatchNormalization",
                    inputs: [name("conv"), name("gamma"), name("beta"), name("mean"), name("variance")],
                    outputs: [name("normal")]),
                Node("Identity", inputs: [name("normal")], outputs: [name("same")]),
                Node("Relu", inputs: [name("same")], outputs: [output]),
            ])
    }

    private func conditional(weightIsInput: Bool = false) throws -> Graph {
        var graph = Graph(
            inputs: [
                .init("x", TensorType(.float32, try Shape([1, 2, 3, 3]))),
                .init("flag", TensorType(.bool, try Shape([]))),
            ],
            outputs: [.init("y", nil), .init("z", nil)])
        graph.initializers[Self.weight] = try Tensor([Float](arrayLiteral: 1, -2, 0.5, 3), shape: [2, 2, 1, 1])
        if weightIsInput {
            graph.inputs.append(.init(Self.weight, TensorType(.float32, try Shape([2, 2, 1, 1]))))
        }
        graph.nodes = [
            Node(
                "If", inputs: ["flag"], outputs: ["y"],
                attributes: [
                    "then_branch": .graph(try branch("a_", output: "a_y")),
                    "else_branch": .graph(try branch("b_", output: "b_y")),
                ]),
            Node("Conv", inputs: ["x", Self.weight], outputs: ["z"]),
        ]
        return graph
    }

    private func inputs(_ graph: Graph, flag: Bool) throws -> [ValueName: Tensor] {
        var inputs: [ValueName: Tensor] = [
            "x": try Tensor((0..<18).map { Float($0) / 7 - 1 }, shape: [1, 2, 3, 3]), "flag": try Tensor(scalar: flag),
        ]
        if graph.inputs.count > 2 { inputs[Self.weight] = graph.initializers[Self.weight] }
        return inputs
    }

    private func body(_ graph: Graph, _ name: String) throws -> Graph {
        guard case .graph(let body)? = try #require(graph.nodes.first { $0.op == "If" }).attributes[name] else {
            throw BitdepthError(.internal, "no body")
        }
        return body
    }

    @Test("Batch normalization folds in both branches into copies of the captured weight", arguments: [false, true])
    func folds(flag: Bool) throws {
        let graph = try conditional()
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.standard.run(&$0).changes }, inputs: try inputs(graph, flag: flag))
        for name in ["then_branch", "else_branch"] { #expect(try body(result, name).operators == ["Conv", "Relu"]) }
        #expect(result.initializers[Self.weight] == graph.initializers[Self.weight])
        let names = try ["then_branch", "else_branch"].flatMap { try body(result, $0).initializers.keys }
        #expect(Set(names).count == names.count && !names.contains(Self.weight))
        var again = result
        #expect(try PassPipeline.standard.run(&again).changes == 0)
        #expect(again == result)
    }

    @Test("A captured value that a caller may give is no constant")
    func overridable() throws {
        let graph = try conditional(weightIsInput: true)
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.standard.run(&$0).changes }, inputs: try inputs(graph, flag: true))
        #expect(try body(result, "then_branch").operators == ["Conv", "BatchNormalization", "Relu"])
    }

    @Test("A branch that is always taken takes the place of the If", arguments: [false, true])
    func inlined(flag: Bool) throws {
        var graph = try conditional()
        graph.inputs.removeAll { $0.name == "flag" }
        graph.initializers["flag"] = try Tensor(scalar: flag)
        var given = try inputs(graph, flag: flag)
        given["flag"] = nil
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.standard.run(&$0).changes }, inputs: given)
        // The convolution of the branch is the one that stands beside it.
        #expect(result.operators.sorted() == ["BatchNormalization", "Conv", "Relu"])
    }

    @Test("A value that only a body reads counts as used, and what it stops reading is dead code")
    func usedInside() throws {
        let constant = try Tensor([Float(1), 2], shape: [2])
        let reading = Graph(
            outputs: [.init("r", nil)], nodes: [Node("Add", inputs: ["hidden", "hidden"], outputs: ["r"])])
        let ignoring = Graph(
            outputs: [.init("i", nil)],
            nodes: [
                Node("Mul", inputs: ["big", "big"], outputs: ["unused"]),
                Node("Identity", inputs: ["x"], outputs: ["i"]),
            ])
        let graph = Graph(
            inputs: [
                .init("x", TensorType(.float32, try Shape([2]))), .init("flag", TensorType(.bool, try Shape([]))),
            ],
            outputs: [.init("y", nil)], initializers: ["big": constant],
            nodes: [
                Node("Neg", inputs: ["x"], outputs: ["hidden"]),
                Node(
                    "If", inputs: ["flag"], outputs: ["y"],
                    attributes: ["then_branch": .graph(reading), "else_branch": .graph(ignoring)]),
            ])
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.standard.run(&$0).changes },
            inputs: ["x": constant, "flag": try Tensor(scalar: true)])
        #expect(result.operators == ["Neg", "If"])
        #expect(result.initializers.isEmpty)
        #expect(try body(result, "else_branch").operators == ["Identity"])
    }

    @Test("Activations fuse in the body of a loop, and in bodies of bodies")
    func loops() throws {
        let gate = Graph(
            outputs: [.init("gated", nil)],
            nodes: [
                Node("Sigmoid", inputs: ["state"], outputs: ["s"]),
                Node("Mul", inputs: ["s", "state"], outputs: ["m"]),
                Node("Add", inputs: ["m", "one"], outputs: ["gated"]),
            ])
        let other = Graph(
            outputs: [.init("kept", nil)], nodes: [Node("Identity", inputs: ["state"], outputs: ["kept"])])
        let type = TensorType(.float32, try Shape([3]))
        let loop = Graph(
            inputs: [
                .init("i", TensorType(.int64, try Shape([]))), .init("go", TensorType(.bool, try Shape([]))),
                .init("state", type),
            ],
            outputs: [.init("go_on", nil), .init("next", nil)],
            nodes: [
                Node("Identity", inputs: ["go"], outputs: ["go_on"]),
                Node("Less", inputs: ["i", "two"], outputs: ["early"]),
                Node(
                    "If", inputs: ["early"], outputs: ["next"],
                    attributes: ["then_branch": .graph(gate), "else_branch": .graph(other)]),
            ])
        let graph = Graph(
            inputs: [.init("x", type)], outputs: [.init("y", nil)],
            initializers: [
                "count": try Tensor(scalar: Int64(3)), "true": try Tensor(scalar: true),
                "two": try Tensor(scalar: Int64(2)), "one": try Tensor(scalar: Float(1)),
            ],
            nodes: [
                Node("Loop", inputs: ["count", "true", "x"], outputs: ["y"], attributes: ["body": .graph(loop)])
            ])
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.standard.run(&$0).changes },
            inputs: ["x": try Tensor([Float(-1), 0.5, 2], shape: [3])])
        guard case .graph(let rewritten)? = result.nodes[0].attributes["body"] else {
            throw BitdepthError(.internal, "no body")
        }
        #expect(try body(rewritten, "then_branch").operators == ["Swish", "Add"])
        // Captured through two graphs, the constant stays where it was.
        #expect(result.initializers.keys.contains("one"))
    }
}
