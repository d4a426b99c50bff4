import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthEvaluation

@Suite("Graphs in segments") struct SegmentationTests {
    /// x → Gemm → Relu, `count` times: 16 x 16 weights of 1 KiB, biases of 64 bytes.
    private func chain(_ count: Int, rows: Int = 1) throws -> Graph {
        let type = TensorType(.float32, PartialShape([.known(rows), .known(16)]))
        var graph = Graph(inputs: [.init("x0", type)], outputs: [.init(ValueName("x\(count)"), type)])
        for index in 0..<count {
            let values = (0..<256).map { Float(($0 * 37 + index * 11) % 19 - 9) / 16 }
            graph.initializers[ValueName("w\(index)")] = try Tensor(values, shape: [16, 16])
            graph.initializers[ValueName("b\(index)")] = try Tensor((0..<16).map { Float($0 - 7) / 8 })
            graph.nodes += [
                Node(
                    "Gemm", name: "sum\(index)",
                    inputs: [ValueName("x\(index)"), ValueName("w\(index)"), ValueName("b\(index)")],
                    outputs: [ValueName("s\(index)")]),
                Node(
                    "Relu", name: "relu\(index)", inputs: [ValueName("s\(index)")],
                    outputs: [ValueName("x\(index + 1)")]),
            ]
        }
        return graph
    }

    /// A budget whose segments may have `bytes` of constants.
    private func budget(segments bytes: Int) -> MemoryBudget { MemoryBudget(bytes: bytes * 8, scratchFolder: "/tmp") }

    private func names(_ cut: Segmentation) -> [[String]] {
        cut.segments.indices.map { cut.positions(of: $0).map { cut.graph.nodes[$0].name } }
    }

    @Test("As many sums as fit stand in a segment, each with what follows it")
    func chainOfSums() throws {
        let graph = try chain(4)
        let two = try Segmentation(graph, wanted: ["x4"], budget: budget(segments: 2500))
        #expect(names(two) == [["sum0", "relu0", "sum1", "relu1"], ["sum2", "relu2", "sum3", "relu3"]])
        #expect(two.reads(of: 1) == ["x2", "w2", "b2", "w3", "b3"])
        let one = try Segmentation(graph, wanted: ["x4"], budget: budget(segments: 1))
        #expect(one.segments.count == 4)
        let all = try Segmentation(graph, wanted: ["x4"], budget: budget(segments: 1 << 20))
        #expect(all.segments.count == 1)
    }

    @Test("Nodes that nobody needs are in no segment")
    func unneeded() throws {
        let cut = try Segmentation(try chain(4), wanted: ["s1"], budget: budget(segments: 1))
        #expect(names(cut) == [["sum0", "relu0"], ["sum1"]])
    }

    @Test("Codes go from segment to segment; DequantizeLinear, of weights too, is repeated where it is read")
    func islands() throws {
        var graph = Graph(
            inputs: [.init("x", TensorType(.float32, PartialShape([.known(1), .known(16)])))],
            outputs: [.init("y", nil)])
        graph.initializers["s"] = try Tensor(scalar: 0.05 as Float)
        graph.initializers["z"] = try Tensor(scalar: 128 as UInt8)
        graph.initializers["wz"] = try Tensor(scalar: 0 as Int8)
        var nodes = [Node("QuantizeLinear", name: "q", inputs: ["x", "s", "z"], outputs: ["c"])]
        for branch in ["a", "b"] {
            graph.initializers[ValueName("w\(branch)")] = try Tensor(
                (0..<256).map { Int8(truncatingIfNeeded: $0 * 31 % 201 - 100) }, shape: [16, 16])
            nodes += [
                Node(
                    "DequantizeLinear", name: "d\(branch)", inputs: [ValueName("w\(branch)"), "s", "wz"],
                    outputs: [ValueName("d\(branch)")]),
                Node(
                    "MatMul", name: "m\(branch)", inputs: ["r", ValueName("d\(branch)")],
                    outputs: [ValueName("m\(branch)")]),
                Node(
                    "QuantizeLinear", name: "q\(branch)", inputs: [ValueName("m\(branch)"), "s", "z"],
                    outputs: [ValueName("c\(branch)")]),
                Node(
                    "DequantizeLinear", name: "r\(branch)", inputs: [ValueName("c\(branch)"), "s", "z"],
                    outputs: [ValueName("r\(branch)")]),
            ]
        }
        nodes.append(Node("DequantizeLinear", name: "r", inputs: ["c", "s", "z"], outputs: ["r"]))
        nodes.append(Node("Add", name: "add", inputs: ["ra", "rb"], outputs: ["y"]))
        graph.nodes = nodes
        let cut = try Segmentation(graph, wanted: ["y"], budget: budget(segments: 100))
        #expect(names(cut) == [["q", "da", "ma", "qa", "r"], ["ra", "db", "mb", "qb", "rb", "r", "add"]])
        #expect(cut.reads(of: 1).isSuperset(of: ["c", "ca"]))
        #expect(cut.reads(of: 1).isDisjoint(with: ["r", "ra"]))

        let samples = try vectors((0..<5).map { row in (0..<16).map { Float(row * 16 + $0) / 40 - 1 } })
        let whole = try CompiledGraph(graph).makeSession()
        let found = try SegmentedRun(graph, budget: budget(segments: 100), outputs: ["y"]).run(over: samples)
        #expect(found.count == 5)
        for (index, values) in found.enumerated() {
            #expect(values["y"] == .tensor(try #require(try whole.run(samples.sample(at: index).tensors)["y"])))
        }
    }

    @Test("Outputs are the same bits in any number of segments, also when values between them go to a file")
    func sameBits() throws {
        // 1 KiB each: smaller values never go to a file.
        let graph = try chain(5, rows: 16)
        let samples = try vectors(
            (0..<7).map { row in (0..<256).map { Float(row * 16 + $0 % 64) / 40 - 1 } }, shape: [16, 16]
        )
        .renamed("x0")
        let whole = try CompiledGraph(graph).makeSession()
        for bytes in [1, 300, 3000] {
            let run = try SegmentedRun(graph, budget: budget(segments: bytes), outputs: ["x5", "s2", "x0"])
            let found = try run.run(over: samples)
            #expect(found.count == 7)
            if bytes == 1, case .tensor(let last)? = found.last?["x5"] { #expect(last.region != nil) }
            for (index, values) in found.enumerated() {
                let inputs = try samples.sample(at: index).tensors
                #expect(values["x5"] == .tensor(try #require(try whole.run(inputs)["x5"])))
                #expect(values["x0"] == .tensor(try #require(inputs["x0"])))
                #expect(Set(values.keys) == ["x5", "s2", "x0"])
            }
        }
    }

    @Test("Samples of different shapes are run in programs of their own")
    func shapes() throws {
        var graph = try chain(3)
        graph.inputs[0].type = TensorType(.float32, PartialShape([.unknown, .known(16)]))
        graph.outputs[0].type = nil
        let samples = SampleArray(
            try [1, 3, 1, 2].enumerated().map { index, rows in
                Sample(
                    name: "s\(index)",
                    ["x0": try Tensor((0..<rows * 16).map { Float($0 % 5 + index) }, shape: [rows, 16])])
            })
        let found = try SegmentedRun(graph, budget: budget(segments: 1), outputs: ["x3"]).run(over: samples)
        let whole = try CompiledGraph(graph).makeSession()
        for index in 0..<4 {
            let expected = try #require(try whole.run(samples.sample(at: index).tensors)["x3"])
            #expect(found[index]["x3"] == .tensor(expected))
        }
    }

    @Test("The evaluation in segments finds what that of whole models does")
    func evaluation() throws {
        let (graph, other) = (try chain(4), try chain(4).scaled("w2", by: 0.99))
        let samples = try vectors((0..<20).map { row in (0..<16).map { Float(row * 7 % 16 + $0) / 40 - 0.3 } })
            .renamed("x0")
        let expected = try Evaluator(try CompiledGraph(other), baseline: try CompiledGraph(graph)).evaluate(samples)
        let found = try SegmentedEvaluation(other, baseline: graph, budget: budget(segments: 1)).evaluate(samples)
        #expect(found == expected)
    }
}

extension SampleArray {
    /// The samples with their tensor "x" under another name.
    fileprivate func renamed(_ name: String) throws -> SampleArray {
        SampleArray(
            try (0..<count).map { index in
                let sample = try sample(at: index)
                return Sample(name: sample.name, [name: try #require(sample.tensors["x"])])
            })
    }
}

extension Graph {
    fileprivate func scaled(_ name: ValueName, by factor: Float) throws -> Graph {
        var graph = self
        let tensor = try #require(graph.initializers[name])
        graph.initializers[name] = try Tensor(try tensor.floats().map { $0 * factor }, shape: tensor.shape)
        return graph
    }
}
