import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Folding into linear nodes")
struct FoldingTests {
    private static let shape = [2, 4, 5, 5]

    /// A convolution of one kind, whose output has 4 channels.
    private static func linear(_ kind: String, _ maker: inout GraphMaker) throws -> ValueName {
        switch kind {
        case "grouped": return maker.add("Conv", ["x", try maker.weight([4, 2, 3, 3])], ["group": .int(2)])
        case "depthwise":
            return maker.add("Conv", ["x", try maker.weight([4, 1, 3, 3]), try maker.random([4])], ["group": .int(4)])
        case "transposed": return maker.add("ConvTranspose", ["x", try maker.weight([4, 4, 3, 3])])
        case "transposed grouped":
            return maker.add(
                "ConvTranspose", ["x", try maker.weight([4, 2, 3, 3]), try maker.random([4])], ["group": .int(2)])
        default: return maker.add("Conv", ["x", try maker.weight([4, 4, 3, 3]), try maker.random([4])])
        }
    }

    static let kinds = ["plain", "grouped", "depthwise", "transposed", "transposed grouped"]

    @Test("Batch normalization folds into every kind of convolution, per channel", arguments: kinds)
    func batchNorm(kind: String) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 3)
        maker.output(try maker.batchNorm(Self.linear(kind, &maker), channels: 4))
        let (graph, changes) = try expectUnchanged(maker.graph, by: BatchNormFolding())
        #expect(changes == 1)
        #expect(graph.nodes.count == 1 && graph.nodes[0].inputs.count == 3)
    }

    @Test("The folded numbers are w·γ/√(σ²+ε) and β+(b−μ)·γ/√(σ²+ε), with the node's ε")
    func numbers() throws {
        var maker = try GraphMaker(input: [1, 1, 2, 2])
        let conv = maker.add("Conv", ["x", try maker.constant([2], [1, 1, 1, 1]), try maker.constant([5], [1])])
        let parameters = try [Float(-3), 0.5, 1, 0.0015].map { try maker.constant([$0], [1]) }
        maker.output(maker.add("BatchNormalization", [conv] + parameters, ["epsilon": .float(0.001)]))
        var graph = maker.graph
        #expect(try BatchNormFolding().run(&graph) == 1)
        // √(0.0015 + 0.001) = 0.05: the scale is −60.
        let weight = try graph.floats(of: graph.nodes[0].input(1))[0]
        let bias = try graph.floats(of: graph.nodes[0].input(2))[0]
        #expect(abs(weight + 120) < 1e-4)
        #expect(abs(bias + 239.5) < 1e-3)
    }

    @Test("The bias of a Gemm is folded with alpha, beta and either transposition", arguments: [false, true])
    func gemm(transposed: Bool) throws {
        var maker = try GraphMaker(input: [3, 6], seed: 5)
        let gemm = maker.add(
            "Gemm", ["x", try maker.weight(transposed ? [4, 6] : [6, 4]), try maker.random([1, 4])],
            ["transB": .int(transposed ? 1 : 0), "alpha": .float(0.5), "beta": .float(2)])
        maker.output(try maker.batchNorm(gemm, channels: 4))
        let (graph, changes) = try expectUnchanged(maker.graph, by: BatchNormFolding())
        #expect(changes == 1)
        #expect(graph.operators == ["Gemm"])
    }

    @Test("A Gemm whose bias differs between rows is left alone")
    func gemmMatrixBias() throws {
        var maker = try GraphMaker(input: [3, 6], seed: 5)
        let gemm = maker.add("Gemm", ["x", try maker.weight([6, 4]), try maker.random([3, 4])])
        maker.output(try maker.batchNorm(gemm, channels: 4))
        #expect(try expectUnchanged(maker.graph, by: BatchNormFolding()).changes == 0)
    }

    @Test("Nothing is folded into a convolution whose output others use", arguments: ["output", "node", "subgraph"])
    func otherUsers(kind: String) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 3)
        let conv = try Self.linear("plain", &maker)
        let normalized = try maker.batchNorm(conv, channels: 4)
        switch kind {
        case "output": maker.output(conv)
        case "node": maker.output(maker.add("Relu", [conv]))
        default:
            let body = Graph(outputs: [.init(conv, nil)])
            let condition = maker.constant(try Tensor(scalar: true))
            maker.output(maker.add("If", [condition], ["then_branch": .graph(body), "else_branch": .graph(body)]))
        }
        maker.output(normalized)
        var graph = maker.graph
        #expect(try BatchNormFolding().run(&graph) == 0)
        #expect(graph == maker.graph)
    }

    @Test("A shared weight is copied, and the other reader keeps its own")
    func sharedWeight() throws {
        var maker = try GraphMaker(input: Self.shape, seed: 3)
        let weight = try maker.weight([4, 4, 1, 1])
        let first = try maker.batchNorm(maker.add("Conv", ["x", weight]), channels: 4)
        maker.output(maker.add("Conv", [first, weight]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: BatchNormFolding())
        #expect(changes == 1)
        #expect(graph.nodes[1].input(1) == weight)
        #expect(graph.nodes[0].input(1) != weight)
        #expect(graph.initializers[weight] == maker.graph.initializers[weight])
    }

    @Test("A weight of its own keeps its name")
    func ownWeight() throws {
        var maker = try GraphMaker(input: Self.shape, seed: 3)
        maker.output(try maker.batchNorm(Self.linear("plain", &maker), channels: 4))
        let (graph, _) = try expectUnchanged(maker.graph, by: BatchNormFolding())
        #expect(graph.nodes[0].inputs == maker.graph.nodes[0].inputs)
    }

    @Test(
        "Batch normalization in training, or of values that a caller may give, is left alone", arguments: [true, false])
    func notConstant(training: Bool) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 3)
        maker.output(try maker.batchNorm(Self.linear("plain", &maker), channels: 4))
        var graph = maker.graph
        if training {
            graph.nodes[1].attributes["training_mode"] = .int(1)
        } else {
            let mean = try #require(graph.nodes[1].input(3))
            graph.inputs.append(.init(mean, nil))
        }
        #expect(try BatchNormFolding().run(&graph) == 0)
    }

    @Test(
        "A constant per channel, or one for all, becomes bias",
        arguments: [[1, 4, 1, 1], [4, 1, 1], [], [1], [1, 1, 1, 1]], kinds)
    func added(shape: [Int], kind: String) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 7)
        maker.output(maker.add("Add", [try maker.random(shape), try Self.linear(kind, &maker)]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConvAddBias())
        #expect(changes == 1)
        #expect(graph.nodes.count == 1)
    }

    @Test(
        "A constant that differs along another axis, or changes the shape, stays",
        arguments: [[3], [3, 1], [4, 3, 3], [2, 1, 1, 1], [1, 1, 4, 1, 1]])
    func notPerChannel(shape: [Int]) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 7)
        maker.output(maker.add("Add", [try Self.linear("plain", &maker), try maker.random(shape)]))
        #expect(try expectUnchanged(maker.graph, by: ConvAddBias()).changes == 0)
        #expect(try expectUnchanged(maker.graph, by: ConvMulScale()).changes == 0)
    }

    @Test("A constant of several channels on one channel of output would change the shape")
    func broadcastOutput() throws {
        var maker = try GraphMaker(input: Self.shape, seed: 7)
        let conv = maker.add("Conv", ["x", try maker.weight([1, 4, 3, 3])])
        maker.output(maker.add("Add", [conv, try maker.random([1, 8, 1, 1])]))
        #expect(try expectUnchanged(maker.graph, by: ConvAddBias()).changes == 0)
    }

    @Test("Factors, divisors and subtrahends fold as well", arguments: ["Mul", "Div", "Sub"])
    func factors(op: String) throws {
        var maker = try GraphMaker(input: Self.shape, seed: 7)
        maker.output(
            maker.add(
                OperatorName(op),
                [try Self.linear("transposed grouped", &maker), try maker.random([4, 1, 1], in: 0.5...2)]))
        let (graph, changes) = try expectUnchanged(
            maker.graph, by: { try ConvMulScale().run(&$0) + ConvAddBias().run(&$0) })
        #expect(changes == 1)
        #expect(graph.operators == ["ConvTranspose"])
    }

    @Test(
        "A constant minus a convolution is not the convolution minus the constant; division by zero stays where it is")
    func declined() throws {
        var maker = try GraphMaker(input: Self.shape, seed: 7)
        let conv = try Self.linear("plain", &maker)
        maker.output(maker.add("Sub", [try maker.random([4, 1, 1]), conv]))
        #expect(try expectUnchanged(maker.graph, by: ConvAddBias()).changes == 0)
        var divided = try GraphMaker(input: Self.shape, seed: 7)
        divided.output(divided.add("Div", [try Self.linear("plain", &divided), try divided.scalar(0)]))
        var graph = divided.graph
        #expect(try ConvMulScale().run(&graph) == 0)
    }

    @Test(
        "A matrix product and a vector become a Gemm; of more than two axes they stay",
        arguments: [[3, 6], [2, 3, 6]])
    func matMul(shape: [Int]) throws {
        var maker = try GraphMaker(input: shape, seed: 9)
        let product = maker.add("MatMul", ["x", try maker.weight([6, 4])])
        maker.output(maker.add("Add", [try maker.random([4]), product]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: LinearFusion())
        #expect(changes == (shape.count == 2 ? 1 : 0))
        #expect(graph.operators == (shape.count == 2 ? ["Gemm"] : ["MatMul", "Add"]))
    }

    @Test("Batch normalization behind a matrix product without bias ends in one Gemm")
    func matMulBatchNorm() throws {
        var maker = try GraphMaker(input: [3, 6], seed: 9)
        maker.output(try maker.batchNorm(maker.add("MatMul", ["x", try maker.weight([6, 4])]), channels: 4))
        let (graph, changes) = try expectUnchanged(
            maker.graph, by: { try LinearFusion().run(&$0) + BatchNormFolding().run(&$0) })
        #expect(changes == 2)
        #expect(graph.operators == ["Gemm"])
    }

    @Test("FP16 weights stay FP16; a factor that would overflow them stays outside")
    func halfPrecision() throws {
        for (factor, folds) in [(2, true), (1e5, false)] as [(Float, Bool)] {
            var maker = try GraphMaker(input: Self.shape, seed: 7)
            maker.graph.inputs[0].type = TensorType(.float16, try Shape(Self.shape))
            let weight = maker.constant(
                try Tensor(
                    floats: maker.numbers.floats(16, in: 0.9...1), shape: try Shape([4, 4, 1, 1]), type: .float16))
            let conv = maker.add("Conv", ["x", weight])
            let constant = maker.constant(
                try Tensor(floats: [factor], shape: .scalar, type: .float32).converted(to: .float16))
            maker.output(maker.add("Mul", [conv, constant]))
            var graph = maker.graph
            #expect(try ConvMulScale().run(&graph) == (folds ? 1 : 0))
            #expect(graph.constant(weight)?.type == .float16)
        }
    }
}
