import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Bundled networks")
struct BundledNetworkTests {
    @Test(
        "Float and integer programs are bit-equal on every instruction set and for 1 to 8 threads",
        arguments: BundledNetwork.allCases)
    func bitEquality(_ network: BundledNetwork) throws {
        let model = try network.float()
        let inputs = try network.batch(of: model.graph, count: 64, seed: 77)
        for graph in [model.graph, try network.quantized(model)] {
            let expected = try CompiledGraph(graph, options: CompileOptions(instructionSet: .scalar)).makeSession().run(
                inputs)
            #expect(!expected.isEmpty)
            for set in IslandTally.supportedSets where set != .scalar {
                for threads in set == .best ? Array(1...8) : [1, 2] {
                    let compiled = try CompiledGraph(
                        graph, options: CompileOptions(instructionSet: set), threads: threads)
                    #expect(try compiled.makeSession().run(inputs) == expected, "\(set), \(threads) threads")
                }
            }
            let scalar = try CompiledGraph(graph, options: CompileOptions(instructionSet: .scalar), threads: 3)
            #expect(try scalar.makeSession().run(inputs) == expected)
        }
    }

    @Test("A batch gives what its images give one by one", arguments: BundledNetwork.allCases)
    func batches(_ network: BundledNetwork) throws {
        let model = try network.float()
        let inputs = try network.batch(of: model.graph, count: 3, seed: 5)
        for graph in [model.graph, try network.quantized(model)] {
            let session = try CompiledGraph(graph).makeSession()
            let whole = try session.run(inputs)
            for image in 0..<3 {
                let single = try session.run(inputs.mapValues { try rows($0, image) })
                for (name, tensor) in single {
                    let all = try #require(whole[name])
                    #expect(try tensor == rows(all, image), "image \(image)")
                }
            }
        }
    }

    private func rows(_ tensor: Tensor, _ index: Int) throws -> Tensor {
        let length = tensor.count / tensor.shape[0]
        return try Tensor(
            Array(try tensor.floats()[index * length..<(index + 1) * length]),
            shape: [1] + Array(tensor.shape.dimensions.dropFirst()))
    }

    @Test(
        "The float program is the reference evaluation to 1e-5, the integer program nearly always its codes",
        arguments: BundledNetwork.allCases)
    func reference(_ network: BundledNetwork) throws {
        let model = try network.float()
        let inputs = try network.batch(of: model.graph, count: 2, seed: 11)
        let named = Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) })
        let found = try CompiledGraph(model.graph).makeSession().run(inputs)
        for (name, tensor) in try Interpreter(model.graph).run(named) {
            try expectClose(try #require(found[name.text]), tensor)
        }
        let quantized = try network.quantized(model)
        let fused = try CompiledGraph(quantized).makeSession().run(inputs)
        for (name, tensor) in try Interpreter(quantized).run(named) {
            let pairs = zip(try tensor.floats(), try #require(fused[name.text]).floats())
            let largest = pairs.map { abs($0.0) }.max() ?? 1
            // A code that differs by one step inside moves the result by a few steps of the output.
            #expect(pairs.allSatisfy { abs($0 - $1) <= 0.05 * largest })
        }
    }

    @Test(
        "At least 99 % of the multiply-accumulates run in integer kernels of the best instruction set",
        arguments: BundledNetwork.allCases)
    func integerShare(_ network: BundledNetwork) throws {
        let model = try network.float()
        let inputs = try network.batch(of: model.graph, count: 1, seed: 1)
        let program = try CompiledGraph(try network.quantized(model)).program(for: inputs)
        let (total, integer) = program.multiplyAccumulates
        #expect(total == (try products(of: model.graph, inputs)))
        #expect(Double(integer) >= 0.99 * Double(total), "\(integer) of \(total)")
        let kernels = Set(
            program.descriptions.filter { $0.multiplyAccumulates > 0 && $0.arithmetic == .integer }.map(\.kernel))
        #expect(
            kernels.isSubset(of: ["qgemm \(InstructionSet.best)", "qdepthwise \(InstructionSet.best)"]), "\(kernels)")
        #expect(kernels.contains("qgemm \(InstructionSet.best)"))
    }

    /// Multiply-accumulates of the float graph, counted from the shapes alone.
    private func products(of graph: Graph, _ inputs: [String: Tensor]) throws -> Int {
        let sums = graph.nodes.filter { ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains($0.op.type) }
        let named = Dictionary(uniqueKeysWithValues: inputs.map { (ValueName($0), $1) })
        let wanted = sums.flatMap { [$0.input(0), $0.output(0)].compactMap { $0 } }
        let values = try Interpreter(graph).run(named, wanted: wanted)
        return try sums.reduce(0) { total, node in
            let (x, w, y) = (try #require(node.input(0)), try #require(node.input(1)), try #require(node.output(0)))
            let weight = try #require(graph.initializers[w]).shape
            let input = try #require(values[x]).shape
            let output = try #require(values[y]).shape
            return switch node.op.type {
            case "Conv": total + output.count * weight.count / weight[0]
            case "ConvTranspose": total + input.count * weight.count / weight[0]
            default: total + output.count * input[input.rank - 1]
            }
        }
    }

    @Test("Two threads share the work")
    func twoThreads() throws {
        let network = BundledNetwork.fashion
        let model = try network.float()
        let compiled = try CompiledGraph(try network.quantized(model), threads: 2)
        let session = compiled.makeSession()
        let batch = try network.batch(of: model.graph, count: 8, seed: 1)
        var parts: [Int] = []
        // On a busy machine the other thread may come too late for a while.
        for _ in 0..<500 where !parts.contains(where: { $0 > 0 }) || parts.contains(0) {
            _ = try session.run(batch)
            parts = compiled.executedParts
        }
        #expect(parts.count == 2)
        #expect(parts.allSatisfy { $0 > 0 }, "\(parts)")
    }
}
