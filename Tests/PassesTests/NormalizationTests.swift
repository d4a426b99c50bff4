import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Fusing normalizations")
struct NormalizationTests {
    private enum Inverse: CaseIterable { case division, reciprocal, divisionOfOne, power }

    /// `1 / √(variance + ε)` applied to a value, in one of its spellings.
    private func standardized(
        _ maker: inout GraphMaker, _ value: ValueName, variance: ValueName, _ spelling: Inverse
    ) throws -> ValueName {
        let sum = maker.add("Add", [variance, try maker.scalar(1e-3)])
        switch spelling {
        case .division: return maker.add("Div", [value, maker.add("Sqrt", [sum])])
        case .reciprocal: return maker.add("Mul", [value, maker.add("Reciprocal", [maker.add("Sqrt", [sum])])])
        case .divisionOfOne:
            return maker.add("Mul", [maker.add("Div", [try maker.scalar(1), maker.add("Sqrt", [sum])]), value])
        case .power: return maker.add("Mul", [value, maker.add("Pow", [sum, try maker.scalar(-0.5)])])
        }
    }

    private func square(_ maker: inout GraphMaker, _ value: ValueName, _ op: OperatorName) throws -> ValueName {
        maker.add(op, [value, op == "Pow" ? try maker.scalar(2) : value])
    }

    /// As PyTorch's exporters decompose LayerNorm.
    private func layer(
        axes: [Int64] = [-1], scale: [Int]? = [8], bias: [Int]? = [8], square op: OperatorName = "Pow",
        _ spelling: Inverse = .division, keepdims: Int = 1
    ) throws -> Graph {
        var maker = try GraphMaker(input: [2, 3, 8], seed: 19)
        let mean = maker.add("ReduceMean", ["x", try maker.constant(axes)])
        let centred = maker.add("Sub", ["x", mean])
        let variance = maker.add(
            "ReduceMean", [try square(&maker, centred, op), try maker.constant(axes)], ["keepdims": .int(keepdims)])
        var result = try standardized(&maker, centred, variance: variance, spelling)
        if let scale { result = maker.add("Mul", [result, try maker.random(scale)]) }
        if let bias { result = maker.add("Add", [try maker.random(bias), result]) }
        maker.output(result)
        return maker.graph
    }

    @Test("Layer normalization that is spelled out becomes one node, with its epsilon")
    func fuses() throws {
        var graphs = [
            try layer(axes: [2]), try layer(axes: [1, 2], scale: [3, 8], bias: [3, 8]), try layer(square: "Mul"),
            try layer(scale: nil), try layer(bias: nil), try layer(scale: nil, bias: nil), try layer(scale: [1, 1, 8]),
            try layer(scale: []),
        ]
        for spelling in Inverse.allCases { graphs.append(try layer(spelling)) }
        for graph in graphs {
            let (result, changes) = try expectUnchanged(graph, by: NormalizationFusion())
            #expect(changes >= 1)
            #expect(result.operators == ["LayerNormalization"])
            #expect(result.nodes[0].attributes["epsilon"] == .float(1e-3))
        }
    }

    @Test("Layer normalization as Keras writes it, with the mean moved into the bias", arguments: [false, true])
    func movedMean(swapped: Bool) throws {
        var maker = try GraphMaker(input: [2, 3, 8], seed: 23)
        let axes = try maker.constant([2])
        let mean = maker.add("ReduceMean", ["x", axes])
        let variance = maker.add("ReduceMean", [try square(&maker, maker.add("Sub", ["x", mean]), "Mul"), axes])
        let inverse = maker.add(
            "Reciprocal", [maker.add("Sqrt", [maker.add("Add", [variance, try maker.scalar(1e-3)])])])
        let scale = try maker.random([8])
        let factor = maker.add("Mul", swapped ? [scale, inverse] : [inverse, scale])
        let shift = maker.add("Sub", [try maker.random([8]), maker.add("Mul", [mean, factor])])
        maker.output(maker.add("Add", [maker.add("Mul", ["x", factor]), shift]))
        let (result, _) = try expectUnchanged(maker.graph, by: NormalizationFusion())
        #expect(result.operators == ["LayerNormalization"])
    }

    @Test("Scale and bias that the graph computes are taken where they have the normalized shape")
    func computedParameters() throws {
        var maker = try GraphMaker(input: [2, 3, 8], seed: 19)
        maker.graph.inputs.append(.init("scale", TensorType(.float32, try Shape([8]))))
        maker.graph.inputs.append(.init("bias", TensorType(.float32, try Shape([8]))))
        let mean = maker.add("ReduceMean", ["x", try maker.constant([-1])])
        let centred = maker.add("Sub", ["x", mean])
        let variance = maker.add("ReduceMean", [try square(&maker, centred, "Pow"), try maker.constant([-1])])
        let result = try standardized(&maker, centred, variance: variance, .division)
        maker.output(maker.add("Add", [maker.add("Mul", [result, "scale"]), "bias"]))
        let (fused, _) = try expectUnchanged(maker.graph, by: NormalizationFusion())
        #expect(fused.operators == ["LayerNormalization"])
        #expect(fused.nodes[0].inputs == ["x", "scale", "bias"])
    }

    @Test("Other axes stay; a scale of another shape stays outside; an old file keeps its spelling")
    func stays() throws {
        for graph in [try layer(axes: [1]), try layer(axes: [0, 2])] {
            #expect(try expectUnchanged(graph, by: NormalizationFusion()).changes == 0)
        }
        let outside = try expectUnchanged(try layer(scale: [3, 8]), by: NormalizationFusion()).graph
        #expect(outside.operators == ["LayerNormalization", "Mul", "Add"])
        #expect(try expectUnchanged(try layer(), by: NormalizationFusion(opset: 16)).changes == 0)
    }

    @Test("What others read in between stays")
    func tapped() throws {
        var graph = try layer()
        let centred = try #require(graph.nodes.first { $0.op == "Sub" }?.output(0))
        graph.outputs.append(.init(centred, nil))
        #expect(try expectUnchanged(graph, by: NormalizationFusion(opset: 22)).changes == 0)
    }

    @Test("Normalizations over extents that no memory holds stay")
    func hostileExtents() throws {
        let extent = 1 << 40
        var lanes = try layer(scale: nil, bias: nil)
        lanes.inputs[0].type?.shape = PartialShape([.known(2), .known(extent)])
        #expect(try NormalizationFusion().run(&lanes) == 0)
        var channels = try group(groups: 1)
        channels.inputs[0].type?.shape = PartialShape([.known(2), .known(extent), .known(4), .known(5)])
        // Without γ and β, which have 6 channels.
        channels.nodes.removeLast(2)
        channels.outputs = [.init(try #require(channels.nodes.last?.output(0)), nil)]
        #expect(try NormalizationFusion().run(&channels) == 0)
    }

    /// As exporters of language models write it.
    private func rootMeanSquare(_ spelling: Inverse, square op: OperatorName = "Pow", axis: Int64 = -1) throws -> Graph
    {
        var maker = try GraphMaker(input: [2, 3, 8], seed: 29)
        let mean = maker.add("ReduceMean", [try square(&maker, "x", op), try maker.constant([axis])])
        let normalized = try standardized(&maker, "x", variance: mean, spelling)
        maker.output(maker.add("Mul", [try maker.random([axis == -1 ? 8 : 1]), normalized]))
        return maker.graph
    }

    @Test("Root mean square normalization becomes one node from operator set 23 on")
    func rootMeanSquares() throws {
        for spelling in Inverse.allCases {
            for op in ["Pow", "Mul"] as [OperatorName] {
                let graph = try rootMeanSquare(spelling, square: op)
                #expect(
                    try expectUnchanged(graph, by: NormalizationFusion()).graph.operators == ["RMSNormalization"])
                #expect(try expectUnchanged(graph, by: NormalizationFusion(opset: 22)).changes == 0)
            }
        }
        #expect(try expectUnchanged(try rootMeanSquare(.division, axis: 1), by: NormalizationFusion()).changes == 0)
    }

    /// As PyTorch's exporters write GroupNorm: groups as channels of an InstanceNormalization, γ and β behind.
    private func group(groups: Int, channels: Int = 6, restores: Bool = true) throws -> Graph {
        var maker = try GraphMaker(input: [2, channels, 4, 5], seed: 31)
        let split = maker.add("Reshape", ["x", try maker.constant([0, Int64(groups), -1])])
        let normalized = maker.add(
            "InstanceNormalization", [split, try maker.random([groups], in: 0.5...2), try maker.random([groups])],
            ["epsilon": .float(1e-3)])
        let shape =
            restores ? maker.add("Shape", ["x"]) : try maker.constant([2, Int64(channels), 5, 4])
        let restored = maker.add("Reshape", [normalized, shape])
        let scaled = maker.add("Mul", [restored, try maker.random([channels, 1, 1])])
        maker.output(maker.add("Add", [scaled, try maker.random([channels, 1, 1])]))
        return maker.graph
    }

    @Test("Group normalization gets the number of groups, not of channels per group", arguments: [1, 2, 3, 6])
    func groups(count: Int) throws {
        let graph = try group(groups: count)
        let (result, _) = try expectUnchanged(graph, by: { try PassPipeline.inference(keepQDQ: true).run(&$0).changes })
        #expect(result.operators == ["GroupNormalization"])
        #expect(result.nodes[0].attributes["num_groups"] == .int(count))
        #expect(result.nodes[0].attributes["epsilon"] == .float(1e-3))
    }

    @Test("Group normalization of a batch and an image of unknown size")
    func dynamicGroups() throws {
        var graph = try group(groups: 3)
        graph.inputs[0].type?.shape = PartialShape([.symbol("batch"), .known(6), .unknown, .unknown])
        let numbers = [Float](unsafeUninitializedCapacity: 2 * 6 * 4 * 5) { buffer, count in
            for index in 0..<240 { buffer[index] = Float(index % 17) - 8 }
            count = 240
        }
        let (result, _) = try expectUnchanged(
            graph, by: { try PassPipeline.inference(keepQDQ: true).run(&$0).changes },
            inputs: ["x": try Tensor(numbers, shape: [2, 6, 4, 5])])
        #expect(result.operators == ["GroupNormalization"])
    }

    @Test("No group normalization: another shape behind, or a file older than operator set 21")
    func noGroups() throws {
        let other = try expectUnchanged(
            try group(groups: 2, restores: false), by: { try PassPipeline.standard.run(&$0).changes }
        ).graph
        #expect(other.count(of: "GroupNormalization") == 0)
        let old = try expectUnchanged(
            try group(groups: 2), by: { try PassPipeline.inference(keepQDQ: true, opset: 20).run(&$0).changes }
        ).graph
        #expect(old.operators == ["Reshape", "InstanceNormalization", "Reshape", "Mul", "Add"])
    }

    @Test("A factor and a summand per channel go into an instance normalization")
    func instance() throws {
        var maker = try GraphMaker(input: [2, 4, 3, 3], seed: 37)
        let normalized = maker.add("InstanceNormalization", ["x", try maker.random([4]), try maker.random([4])])
        let scaled = maker.add("Mul", [try maker.random([1, 4, 1, 1]), normalized])
        maker.output(maker.add("Add", [scaled, try maker.random([4, 1, 1])]))
        let (result, changes) = try expectUnchanged(maker.graph, by: NormalizationFusion())
        #expect(changes == 2)
        #expect(result.operators == ["InstanceNormalization"])
    }

    @Test("A factor along another axis stays behind an instance normalization")
    func instanceOtherAxis() throws {
        var maker = try GraphMaker(input: [2, 4, 3, 3], seed: 37)
        let normalized = maker.add("InstanceNormalization", ["x", try maker.random([4]), try maker.random([4])])
        maker.output(maker.add("Mul", [try maker.random([3]), normalized]))
        #expect(try expectUnchanged(maker.graph, by: NormalizationFusion()).changes == 0)
    }
}
