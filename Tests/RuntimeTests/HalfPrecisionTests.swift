import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Graphs of 16-bit floats")
struct HalfPrecisionTests {
    /// Conv → Relu → Gemm with every float in 16 bits.
    private func network(_ type: ElementType, usesConstantNodes: Bool = false) throws -> IslandMaker {
        var maker = IslandMaker(seed: 4)
        let x = try maker.floatInput([2, 3, 6, 6])
        let conv = maker.add("Conv", [x, try maker.floats([5, 3, 3, 3]), try maker.floats([5])])
        let pooled = maker.add("Flatten", [maker.add("GlobalAveragePool", [maker.add("Relu", [conv])])])
        maker.output(maker.add("Gemm", [pooled, try maker.floats([5, 4])]))
        for (name, tensor) in maker.graph.initializers {
            maker.graph.initializers[name] = try tensor.converted(to: type)
        }
        maker.inputs = try maker.inputs.mapValues { try $0.converted(to: type) }
        maker.graph.inputs[0].type?.element = type
        maker.graph.outputs[0].type = TensorType(type, .unknown)
        if usesConstantNodes {
            for (name, tensor) in maker.graph.initializers {
                maker.graph.nodes.insert(
                    Node("Constant", inputs: [], outputs: [name], attributes: ["value": .tensor(tensor)]), at: 0)
            }
            maker.graph.initializers = [:]
        }
        return maker
    }

    @Test(
        "A graph of 16-bit floats computes in FP32 and gives 16-bit floats",
        arguments: [ElementType.float16, .bfloat16], [true, false])
    func runs(_ type: ElementType, usesConstantNodes: Bool) throws {
        let maker = try network(type, usesConstantNodes: usesConstantNodes)
        let output = maker.graph.outputs[0].name
        for normalizes in [true, false] {
            let compiled = try CompiledGraph(maker.graph, options: CompileOptions(normalizes: normalizes))
            let found = try #require(try compiled.makeSession().run(maker.inputs)[output.text])
            let expected = try #require(try maker.expected()[output])
            #expect(found.type == type)
            #expect(found.shape == expected.shape)
            let largest = try expected.floats().map(abs).max() ?? 0
            // The reference rounds every value in between to 16 bits.
            let steps: Float = type == .float16 ? 0x1p-9 : 0x1p-6
            let pairs = zip(try found.floats(), try expected.floats())
            #expect(pairs.allSatisfy { abs($0 - $1) <= steps * largest }, "\(pairs.map { $0 })")
            #expect(try compiled.program(for: maker.inputs).descriptions.contains { $0.kernel.hasPrefix("sgemm") })
        }
    }

    @Test(
        "Weights of 16 bits stay that small, and give the bits of the same weights in FP32",
        arguments: [ElementType.float16, .bfloat16])
    func weights(_ type: ElementType) throws {
        var maker = IslandMaker(seed: 6)
        let x = try maker.floatInput([9, 70])
        let hidden = maker.add("MatMul", [x, try maker.floats([70, 130])])
        maker.output(maker.add("MatMul", [hidden, try maker.floats([130, 65])]))
        let full = maker
        for (name, tensor) in maker.graph.initializers {
            maker.graph.initializers[name] = try tensor.converted(to: type).converted(to: .float32)
        }
        let (found, plain) = (try CompiledGraph(maker.graph), try CompiledGraph(full.graph))
        let program = try found.program(for: maker.inputs)
        // Most BF16 numbers of weights' sizes are FP16 numbers too.
        #expect(program.descriptions.count { $0.kernel.hasSuffix("16 weights") } == 2)
        #expect(Double(program.constantBytes) < 0.6 * Double(try plain.program(for: full.inputs).constantBytes))
        let output = maker.graph.outputs[0].name
        let expected = try #require(try maker.expected()[output]).floats()
        let one = try #require(try found.makeSession().run(maker.inputs)[output.text])
        #expect(zip(try one.floats(), expected).allSatisfy { abs($0 - $1) < 1e-3 })
        for set in IslandTally.supportedSets {
            let options = CompileOptions(instructionSet: set)
            let other = try CompiledGraph(maker.graph, options: options, threads: 3).makeSession().run(maker.inputs)
            #expect(other[output.text] == one, "\(set)")
        }
    }

    @Test("Casts between 16 and 32 bits in a graph of 16-bit floats keep their types at the ports")
    func casts() throws {
        var maker = IslandMaker(seed: 5)
        let x = try maker.floatInput([4], in: 0...60_000)
        let half = maker.add("Cast", [x], ["to": .int(10)])
        let sum = maker.add("Add", [half, maker.constant(try Tensor(scalar: Float(1)).converted(to: .float16))])
        maker.output(maker.add("Cast", [sum], ["to": .int(1)]))
        maker.output(sum)
        maker.graph.outputs[0].type = TensorType(.float32, .unknown)
        maker.graph.outputs[1].type = TensorType(.float16, .unknown)
        let found = try CompiledGraph(maker.graph).makeSession().run(maker.inputs)
        #expect(found[maker.graph.outputs[0].name.text]?.type == .float32)
        #expect(found[maker.graph.outputs[1].name.text]?.type == .float16)
    }

    @Test("An input of 16-bit floats that is an output too comes out as it went in")
    func passThrough() throws {
        let maker = try network(.float16)
        var graph = maker.graph
        graph.outputs.append(.init(graph.inputs[0].name, graph.inputs[0].type))
        let found = try CompiledGraph(graph).makeSession().run(maker.inputs)
        #expect(found[graph.inputs[0].name.text] == maker.inputs[graph.inputs[0].name.text])
    }
}
