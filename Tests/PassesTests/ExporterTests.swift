import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

/// Graphs as exporters write them: constants as Constant nodes, and a batch of unknown size.
@Suite("Graphs of exporters")
struct ExporterTests {
    /// The graph with every constant made by a node, and the first extent of "x" open.
    private func exported(_ graph: Graph) -> Graph {
        var graph = graph
        let constants = graph.initializers.map { name, tensor in
            Node("Constant", inputs: [], outputs: [name], attributes: ["value": .tensor(tensor)])
        }
        graph.initializers = [:]
        graph.nodes = constants + graph.nodes
        graph.inputs[0].type?.shape.dimensions?[0] = .symbol("batch_size")
        return graph
    }

    private func run(_ maker: GraphMaker, opset: Int = .max) throws -> [String] {
        let given = try randomInputs(of: maker.graph, seed: 71)
        return try expectUnchanged(
            exported(maker.graph), by: { try PassPipeline.inference(keepQDQ: true, opset: opset).run(&$0).changes },
            inputs: given
        ).graph.operators
    }

    private func layerNorm(_ maker: inout GraphMaker, _ x: ValueName, _ width: Int) throws -> ValueName {
        let axes = try maker.constant([-1])
        let centred = maker.add("Sub", [x, maker.add("ReduceMean", [x, axes])])
        let variance = maker.add("ReduceMean", [maker.add("Pow", [centred, try maker.scalar(2)]), axes])
        let deviation = maker.add("Sqrt", [maker.add("Add", [variance, try maker.scalar(1e-5)])])
        let scaled = maker.add("Mul", [maker.add("Div", [centred, deviation]), try maker.random([width])])
        return maker.add("Add", [scaled, try maker.random([width])])
    }

    private func gelu(_ maker: inout GraphMaker, _ x: ValueName) throws -> ValueName {
        let erf = maker.add("Erf", [maker.add("Div", [x, try maker.scalar(1.4142135)])])
        let gated = maker.add("Mul", [x, maker.add("Add", [erf, try maker.scalar(1)])])
        return maker.add("Mul", [gated, try maker.scalar(0.5)])
    }

    private func dense(_ maker: inout GraphMaker, _ x: ValueName, _ shape: [Int]) throws -> ValueName {
        maker.add("Add", [maker.add("MatMul", [x, try maker.weight(shape)]), try maker.random([shape[1]])])
    }

    /// Heads of a projection, with the target that PyTorch's older exporter computes from the input's shape.
    private func heads(_ maker: inout GraphMaker, _ x: ValueName, key: Bool = false) throws -> ValueName {
        let projected = try dense(&maker, x, [8, 8])
        let shape = maker.add("Shape", [projected])
        var extents: [ValueName?] = []
        for axis in 0..<2 as Range<Int64> {
            let index = maker.constant(try Tensor(scalar: axis))
            let extent = maker.add("Gather", [shape, index], ["axis": .int(0)])
            extents.append(maker.add("Unsqueeze", [extent, try maker.constant([0])]))
        }
        extents += [try maker.constant([2]), try maker.constant([4])]
        let target = maker.add("Concat", extents, ["axis": .int(0)])
        let split = maker.add("Reshape", [projected, target])
        return maker.add("Transpose", [split], ["perm": .ints(key ? [0, 2, 3, 1] : [0, 2, 1, 3])])
    }

    @Test("A transformer block of PyTorch is normalizations, products, Softmax and Gelu, and nothing computes shapes")
    func transformer() throws {
        var maker = try GraphMaker(input: [2, 5, 8], seed: 73)
        let normal = try layerNorm(&maker, "x", 8)
        let (query, key) = (try heads(&maker, normal), try heads(&maker, normal, key: true))
        let scores = maker.add("Div", [maker.add("MatMul", [query, key]), try maker.scalar(2)])
        let mixed = maker.add("MatMul", [maker.add("Softmax", [scores]), try heads(&maker, normal)])
        let joined = maker.add(
            "Reshape",
            [maker.add("Transpose", [mixed], ["perm": .ints([0, 2, 1, 3])]), try maker.constant([0, 0, 8])])
        let attended = maker.add("Add", ["x", try dense(&maker, joined, [8, 8])])
        let hidden = try gelu(&maker, try dense(&maker, try layerNorm(&maker, attended, 8), [8, 16]))
        maker.output(maker.add("Add", [attended, try dense(&maker, hidden, [16, 8])]))
        let counts = Dictionary(try run(maker).map { ($0, 1) }, uniquingKeysWith: +)
        #expect(
            counts == [
                "LayerNormalization": 2, "MatMul": 8, "Add": 8, "Reshape": 4, "Transpose": 4, "Softmax": 1, "Gelu": 1,
            ])
        let old = Dictionary(try run(maker, opset: 16).map { ($0, 1) }, uniquingKeysWith: +)
        #expect(old["LayerNormalization"] == nil && old["Gelu"] == nil)
    }

    @Test("A mobile block of Keras: channels last, HardSwish by ReLU6, squeeze and excitation by mean")
    func mobile() throws {
        var maker = try GraphMaker(input: [2, 6, 5, 3], seed: 79)
        func transposed(_ x: ValueName, _ perm: [Int]) -> ValueName {
            maker.add("Transpose", [x], ["perm": .ints(perm)])
        }
        let conv = maker.add("Conv", [transposed("x", [0, 3, 1, 2]), try maker.weight([4, 3, 3, 3])])
        let biased = maker.add("Add", [transposed(conv, [0, 2, 3, 1]), try maker.random([4])])
        let shifted = maker.add("Add", [biased, try maker.scalar(3)])
        let bounded = maker.add("Min", [maker.add("Relu", [shifted]), try maker.scalar(6)])
        let swish = maker.add("Mul", [biased, maker.add("Mul", [bounded, try maker.scalar(1 / 6)])])
        let mean = maker.add("ReduceMean", [swish, try maker.constant([1, 2])])
        let gate = maker.add(
            "Sigmoid", [maker.add("Conv", [transposed(mean, [0, 3, 1, 2]), try maker.weight([4, 4, 1, 1])])])
        maker.output(maker.add("Mul", [swish, transposed(gate, [0, 2, 3, 1])]))
        #expect(
            try run(maker) == [
                "Transpose", "Conv", "HardSwish", "GlobalAveragePool", "Conv", "Sigmoid", "Mul", "Transpose",
            ])
    }
}
