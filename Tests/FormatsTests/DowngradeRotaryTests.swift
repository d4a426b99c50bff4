import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Rotary embeddings and extents in files of older operator sets") struct DowngradeRotaryTests {
    /// The operator on heads and on rows, whole heads and parts of them, with positions and without.
    static let nodes: [(Node, shape: [Int], table: [Int])] = [
        (node(["positions"], [:]), [2, 3, 4, 6], [7, 3]),
        (node(["positions"], ["num_heads": .int(3)]), [2, 4, 18], [7, 3]),
        (node([], ["interleaved": .int(1)]), [2, 3, 4, 6], [2, 4, 3]),
        (node(["positions"], ["rotary_embedding_dim": .int(4)]), [2, 3, 4, 6], [7, 2]),
        (
            node([], ["num_heads": .int(3), "rotary_embedding_dim": .int(4), "interleaved": .int(1)]), [2, 4, 18],
            [2, 4, 2]
        ),
    ]

    private static func node(_ positions: [ValueName], _ attributes: [String: Attribute]) -> Node {
        var node = Node("RotaryEmbedding", name: "r", inputs: ["x", "cosines", "sines"] + positions, outputs: ["y"])
        for (name, value) in attributes { node.attributes[name] = value }
        return node
    }

    @Test(
        "A rotary embedding is spelled out where the operator set lacks it, and gives the same numbers",
        arguments: nodes.indices, [11, 17])
    func rotation(index: Int, opset: Int) throws {
        let (node, shape, table) = Self.nodes[index]
        let x = try spread(shape)
        let places = try Tensor([0, 6, 2, 3, 1, 1, 5, 4] as [Int64], shape: [2, 4])
        let downgrade = DowngradeCase(
            node,
            ["cosines": try spread(table, bound: 1), "sines": try spread(table, bound: 0.7), "positions": places],
            x: TensorType(of: x))
        let expected = try #require(try Interpreter(downgrade.graph).run(["x": x])["y"])
        let found = try #require(try Interpreter(try downgrade.readAgain(from: opset)).run(["x": x])["y"])
        #expect(found.shape == expected.shape)
        for (a, b) in zip(try found.floats(), try expected.floats()) { #expect(abs(a - b) <= 1e-5) }
    }

    @Test(
        "Extents of some axes are cut out of those of all",
        arguments: [(1, nil, [3, 4]), (0, 2, [2, 3]), (-2, -1, [3]), (0, nil, [2, 3, 4])] as [(Int, Int?, [Int])])
    func extents(start: Int, end: Int?, expected: [Int]) throws {
        var node = Node("Shape", name: "s", inputs: ["x"], outputs: ["y"], attributes: ["start": .int(start)])
        if let end { node.attributes["end"] = .int(end) }
        let x = try spread([2, 3, 4])
        let downgrade = DowngradeCase(
            node, x: TensorType(.float32, PartialShape([.symbol("N"), .symbol("M"), .known(4)])))
        let found = try Interpreter(try downgrade.readAgain(from: 13)).run(["x": x])["y"]
        #expect(try found?.integers() == expected)
    }
}
