import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthFormats

/// A graph of one node, the value `x` in and `y` out, that is spelled for an older operator set.
struct DowngradeCase {
    let graph: Graph

    /// - Parameter type: What the graph states of `x`.
    init(_ node: Node, _ constants: [ValueName: Tensor] = [:], x: TensorType) {
        var graph = Graph(name: "one", inputs: [.init("x", x)], nodes: [node])
        graph.outputs = node.outputs.compactMap { $0 }.map { Graph.Port($0, nil) }
        for name in constants.keys.sorted(by: { $0.text < $1.text }) { graph.initializers[name] = constants[name] }
        self.graph = graph
    }

    /// The graph as a file of that operator set has it.
    func spelled(for opset: Int) throws -> Graph {
        let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: opset)
        let spelling = try Downgrade().spelling(of: model, opset: opset)
        #expect(spelling.opset == opset)
        for node in spelling.model.graph.nodes {
            let first = standardVersions[node.op.type]?.first ?? 1
            #expect(first <= opset, "\(node.op) does not exist in operator set \(opset)")
        }
        return spelling.model.graph
    }

    /// That graph as it is when its file is read.
    func readAgain(from opset: Int) throws -> Graph {
        var model = ModelGraph(graph: try spelled(for: opset), opsets: ["": opset])
        try OpsetUpgrade().run(&model)
        try model.graph.validate()
        return model.graph
    }

    /// Checks that the spelling gives the numbers of the operator, and that passes recognise it.
    func expectSameNumbers(at opset: Int, for x: Tensor, tolerance: Double = 1e-6) throws {
        var again = try readAgain(from: opset)
        let expected = try Interpreter(graph).run(["x": x])
        let found = try Interpreter(again).run(["x": x])
        try expectEqual(found, expected, tolerance)
        try PassPipeline.standard.run(&again)
        #expect(again.nodes.map(\.op) == graph.nodes.map(\.op))
        try expectEqual(try Interpreter(again).run(["x": x]), expected, tolerance)
    }

    private func expectEqual(
        _ found: [ValueName: Tensor], _ expected: [ValueName: Tensor], _ tolerance: Double
    ) throws {
        for port in graph.outputs {
            let (a, b) = (try #require(found[port.name]), try #require(expected[port.name]))
            #expect(a.shape == b.shape && a.type == b.type)
            for (index, pair) in zip(try a.doubles(), try b.doubles()).enumerated() {
                let bound = tolerance * max(1, abs(pair.1))
                guard abs(pair.0 - pair.1) <= bound || pair.0.isNaN && pair.1.isNaN else {
                    Issue.record("\(port.name)[\(index)] is \(pair.0) and should be \(pair.1)")
                    return
                }
            }
        }
    }
}

/// Numbers from −`bound` to `bound`, in an order that mixes them.
func spread(_ shape: [Int], bound: Float = 6, type: ElementType = .float32) throws -> Tensor {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { bound * (2 * Float($0 * 37 % count) / Float(max(count - 1, 1)) - 1) }
    return try Tensor(floats: values, shape: try Shape(shape), type: type)
}
