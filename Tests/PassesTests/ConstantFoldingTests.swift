import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Folding constants")
struct ConstantFoldingTests {
    @Test("What depends on constants alone becomes an initializer of the same name")
    func folds() throws {
        var maker = try GraphMaker(input: [2, 3])
        let product = maker.add("Mul", [try maker.random([2, 3]), try maker.random([3])])
        let constant = maker.add("Constant", [], ["value": .tensor(try Tensor(scalar: Float(4)))])
        maker.output(maker.add("Add", ["x", maker.add("Add", [product, constant])]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConstantFolding())
        #expect(changes == 3)
        #expect(graph.operators == ["Add"])
        #expect(graph.initializers[product] != nil)
    }

    @Test("Shapes of static values, and what is computed from them, are known")
    func shapes() throws {
        var maker = try GraphMaker(input: [2, 3, 4])
        let shape = maker.add("Shape", [maker.add("Relu", ["x"])])
        let batch = maker.add("Gather", [shape, maker.constant(try Tensor([Int64(0)]))], ["axis": .int(0)])
        let target = maker.add("Concat", [batch, try maker.constant([-1] as [Int64])], ["axis": .int(0)])
        maker.output(maker.add("Reshape", ["x", target]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConstantFolding())
        #expect(changes == 3)
        #expect(graph.operators == ["Relu", "Reshape"])
        #expect(graph.constant(target) == (try Tensor([2, -1] as [Int64])))
    }

    @Test("A constant output of the graph stays one, behind an Identity, and is folded once")
    func outputs() throws {
        var maker = try GraphMaker(input: [2])
        maker.output(maker.add("Neg", [try maker.random([2])]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConstantFolding())
        #expect(changes == 1)
        #expect(graph.operators == ["Identity"])
        #expect(try expectUnchanged(graph, by: PassPipeline.standard.passes[0]).changes == 0)
    }

    @Test("Defaults of inputs are no constants")
    func overridable() throws {
        var maker = try GraphMaker(input: [2])
        let value = try maker.random([2])
        maker.output(maker.add("Add", ["x", maker.add("Neg", [value])]))
        maker.graph.inputs.append(.init(value, TensorType(.float32, Shape.vector(2))))
        #expect(try expectUnchanged(maker.graph, by: ConstantFolding()).changes == 0)
    }

    @Test("A quantized weight stays quantized, unless it is asked for", arguments: [true, false])
    func quantized(preserving: Bool) throws {
        var maker = try GraphMaker(input: [1, 2])
        let codes = maker.constant(try Tensor([1, -2, 3, 4] as [Int8], shape: [2, 2]))
        let weight = maker.add("DequantizeLinear", [codes, try maker.scalar(0.5)])
        let transposed = maker.add("Transpose", [weight], ["perm": .ints([1, 0])])
        maker.output(maker.add("MatMul", ["x", transposed]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConstantFolding(preservingQuantization: preserving))
        #expect(changes == (preserving ? 0 : 2))
        #expect(graph.operators == (preserving ? ["DequantizeLinear", "Transpose", "MatMul"] : ["MatMul"]))
    }

    @Test("A result beyond the budget is left unfolded")
    func budget() throws {
        var maker = try GraphMaker(input: [100])
        let small = maker.add("Neg", [try maker.random([10])])
        let large = maker.add("Expand", [try maker.scalar(1), try maker.constant([100] as [Int64])])
        maker.output(maker.add("Add", ["x", large]))
        maker.output(maker.add("Concat", ["x", small], ["axis": .int(0)]))
        let (graph, changes) = try expectUnchanged(maker.graph, by: ConstantFolding(budget: 100))
        #expect(changes == 1)
        #expect(graph.operators == ["Expand", "Add", "Concat"])
    }

    @Test("A claim of 2^40 elements is not folded, nor an error")
    func claims() throws {
        var maker = try GraphMaker(input: [1])
        maker.output(maker.add("Expand", [try maker.scalar(1), try maker.constant([1 << 20, 1 << 20] as [Int64])]))
        var graph = maker.graph
        #expect(try ConstantFolding().run(&graph) == 0)
    }

    @Test("Nodes that cannot be evaluated, draw random numbers or are unknown stay")
    func stays() throws {
        var maker = try GraphMaker(input: [2])
        let wrong = maker.add("Reshape", [try maker.random([3]), try maker.constant([2, 2] as [Int64])])
        _ = wrong
        let random = maker.add("RandomNormal", [], ["shape": .ints([2])])
        let unknown = maker.add(OperatorName("Mystery", domain: "acme"), [try maker.random([2])])
        maker.output(random)
        maker.output(unknown)
        var graph = maker.graph
        graph.nodes.removeAll { $0.op == "Reshape" }
        #expect(try ConstantFolding().run(&graph) == 0)
    }
}
