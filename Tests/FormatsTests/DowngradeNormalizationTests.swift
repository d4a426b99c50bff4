import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("Normalizations in files of older operator sets") struct DowngradeNormalizationTests {
    private func dynamic(_ extents: Int...) -> TensorType {
        TensorType(.float32, PartialShape([.symbol("N")] + extents.map { .known($0) }))
    }

    @Test(
        "LayerNormalization over the last axes is means, differences and a root",
        arguments: [(-1, [16]), (-2, [4, 16]), (1, [4, 16]), (2, [16])], [7, 13])
    func layer(axis: (Int, [Int]), opset: Int) throws {
        let node = Node(
            "LayerNormalization", name: "ln", inputs: ["x", "s", "b"], outputs: ["y"],
            attributes: ["axis": .int(axis.0), "epsilon": .float(0.25)])
        let constants = ["s" as ValueName: try spread(axis.1, bound: 2), "b": try spread(axis.1, bound: 1)]
        try DowngradeCase(node, constants, x: dynamic(4, 16)).expectSameNumbers(
            at: opset, for: try spread([3, 4, 16]))
    }

    @Test("Axes of the means are an attribute before 18, whose constant is not left behind")
    func axes() throws {
        let node = Node("LayerNormalization", name: "ln", inputs: ["x", "s"], outputs: ["y"])
        let downgrade = DowngradeCase(node, ["s": try spread([8])], x: dynamic(8))
        let spelled = try downgrade.spelled(for: 13)
        let means = spelled.nodes.filter { $0.op == "ReduceMean" }
        #expect(means.map { $0.attributes["axes"] } == [.ints([1]), .ints([1])])
        #expect(means.allSatisfy { $0.inputs.count == 1 })
        #expect(spelled.initializers.count == 2)
    }

    @Test("Mean and inverse deviation come out too where they are asked for")
    func statistics() throws {
        let node = Node("LayerNormalization", name: "ln", inputs: ["x", "s"], outputs: ["y", "m", "d"])
        let downgrade = DowngradeCase(node, ["s": try spread([8])], x: dynamic(8))
        let x = try spread([2, 8])
        let expected = try Interpreter(downgrade.graph).run(["x": x])
        let found = try Interpreter(try downgrade.readAgain(from: 13)).run(["x": x])
        for name in ["y", "m", "d"] as [ValueName] {
            let (a, b) = (try #require(found[name]), try #require(expected[name]))
            #expect(a.shape == b.shape)
            for (a, b) in zip(try a.doubles(), try b.doubles()) { #expect(abs(a - b) <= 1e-6) }
        }
    }

    @Test("RMSNormalization is a root of the mean square", arguments: [-1, 1], [13, 17, 22])
    func rootMeanSquare(axis: Int, opset: Int) throws {
        let node = Node(
            "RMSNormalization", name: "rms", inputs: ["x", "s"], outputs: ["y"], attributes: ["axis": .int(axis)])
        let extents = axis == 1 ? [4, 16] : [16]
        try DowngradeCase(node, ["s": try spread(extents, bound: 2)], x: dynamic(4, 16)).expectSameNumbers(
            at: opset, for: try spread([3, 4, 16]))
    }

    @Test("16-bit floats are normalized in FP32, unless the node says otherwise")
    func halves() throws {
        let x = try spread([2, 8], bound: 900, type: .float16)
        let scale = try spread([8], bound: 2, type: .float16)
        for op in ["LayerNormalization", "RMSNormalization"] as [OperatorName] {
            var node = Node(op, name: "n", inputs: ["x", "s"], outputs: ["y"])
            let downgrade = DowngradeCase(node, ["s": scale], x: TensorType(of: x))
            let graph = try downgrade.readAgain(from: 13)
            #expect(graph.nodes.count { $0.op == "Cast" } == 2)
            let found = try #require(try Interpreter(graph).run(["x": x])["y"])
            let expected = try #require(try Interpreter(downgrade.graph).run(["x": x])["y"])
            #expect(found.type == .float16)
            // Two steps of 16-bit floats between 2 and 4, where the largest results lie.
            for (a, b) in zip(try found.doubles(), try expected.doubles()) { #expect(abs(a - b) <= 0.004) }
            node.attributes["stash_type"] = .int(10)
            let narrow = try DowngradeCase(node, ["s": scale], x: TensorType(of: x)).spelled(for: 13)
            #expect(!narrow.nodes.contains { $0.op == "Cast" })
        }
    }

    @Test(
        "GroupNormalization is an InstanceNormalization of groups",
        arguments: [[3, 5], [16]], [13, 18, 20])
    func group(image: [Int], opset: Int) throws {
        let node = Node(
            "GroupNormalization", name: "gn", inputs: ["x", "s", "b"], outputs: ["y"],
            attributes: ["num_groups": .int(2), "epsilon": .float(0.125)])
        let constants = ["s" as ValueName: try spread([6], bound: 2), "b": try spread([6], bound: 1)]
        let type = TensorType(.float32, PartialShape([.symbol("N"), .known(6)] + image.map { .known($0) }))
        try DowngradeCase(node, constants, x: type).expectSameNumbers(at: opset, for: try spread([2, 6] + image))
    }

    @Test("An image of unknown extents is brought back by its own Shape")
    func groupOfAnyImage() throws {
        let node = Node(
            "GroupNormalization", name: "gn", inputs: ["x", "s", "b"], outputs: ["y"],
            attributes: ["num_groups": .int(3)])
        let constants = ["s" as ValueName: try spread([6], bound: 2), "b": try spread([6], bound: 1)]
        let type = TensorType(.float32, PartialShape([.symbol("N"), .known(6), .symbol("H"), .symbol("W")]))
        let downgrade = DowngradeCase(node, constants, x: type)
        #expect(try downgrade.spelled(for: 13).nodes.contains { $0.op == "Shape" })
        try downgrade.expectSameNumbers(at: 13, for: try spread([2, 6, 3, 5]))
    }

    @Test("A number of groups that no network has raises the operator set instead of filling memory")
    func hostileGroups() throws {
        let node = Node(
            "GroupNormalization", name: "gn", inputs: ["x", "s", "b"], outputs: ["y"],
            attributes: ["num_groups": .int(1 << 40)])
        let graph = DowngradeCase(node, ["s": try spread([6]), "b": try spread([6])], x: dynamic(6, 3, 3)).graph
        let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: 13)
        #expect(try Downgrade().spelling(of: model, opset: nil).opset == 21)
    }

    @Test("Hostile axes raise the operator set", arguments: [Int.min, -9, 9, Int.max])
    func hostileAxes(axis: Int) throws {
        for (op, version) in [("LayerNormalization", 17), ("RMSNormalization", 23)] {
            let node = Node(
                OperatorName(op), inputs: ["x", "s"], outputs: ["y"], attributes: ["axis": .int(axis)])
            for type in [dynamic(8), TensorType(.float32, .unknown)] where axis != -9 || type.shape.rank != nil {
                let graph = DowngradeCase(node, ["s": try spread([8])], x: type).graph
                let model = ModelGraph(graph: graph, opsets: ["": OpsetUpgrade.latest], sourceOpset: 13)
                #expect(try Downgrade().spelling(of: model, opset: nil).opset == version)
            }
        }
    }
}
