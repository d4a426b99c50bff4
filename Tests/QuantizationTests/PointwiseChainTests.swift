import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthDataSources
@testable import BitdepthQuantization

@Suite("Chains of functions of single elements")
struct PointwiseChainTests {
    /// Conv → HardSwish → Mul → Add → Conv, as networks with learned affine activations have them.
    private func net(scale: [Int] = [1], reader: Bool = false) throws -> Net {
        var net = try Net()
        let conv = try net.conv("conv", "x", 4, 4)
        let swish = net.add("HardSwish", "swish", [conv])
        let factor = try net.constant("factor", [Float](repeating: 1.7, count: scale.reduce(1, *)), scale)
        let product = net.add("Mul", "product", [factor, swish])
        let sum = net.add("Add", "sum", [product, try net.constant("shift", [-0.3], [1])])
        net.output(try net.conv("last", sum, 4, 4))
        if reader { net.output(try net.conv("other", product, 4, 4)) }
        return net
    }

    @Test("A function of a function is one table: nothing is rounded in between, and its numbers stay exact")
    func fused() throws {
        let net = try net()
        let plan = try net.plan()
        #expect(plan.outcome("swish") == .quantized)
        #expect(plan.outcome("product") == .fused(into: "swish"))
        #expect(plan.outcome("sum") == .fused(into: "swish"))
        #expect(plan.constants.isEmpty)
        let graph = try net.quantized().model.graph
        // Of the input, the first sum, the chain, and the last sum.
        #expect(graph.count("QuantizeLinear") == 4)
        let program = try CompiledGraph(graph).program(for: try net.samples(1).samples[0].tensors)
        #expect(program.descriptions.count { $0.kernel.hasPrefix("table") } == 1)
        #expect(program.descriptions.allSatisfy { $0.arithmetic != .float })
    }

    @Test("The engine's table gives what the nodes give one by one, to the bit")
    func exact() throws {
        let net = try net()
        let graph = try net.quantized().model.graph
        for sample in try net.samples().samples {
            var given: [ValueName: Tensor] = [:]
            for (name, tensor) in sample.tensors { given[ValueName(name)] = tensor }
            let expected = try Interpreter(graph).run(given)
            let found = try CompiledGraph(graph).makeSession().run(sample.tensors)
            for (name, tensor) in found { #expect(expected[ValueName(name)] == tensor) }
        }
    }

    @Test("A value that others read too, and numbers that differ from channel to channel, end a chain")
    func ends() throws {
        let read = try net(reader: true).plan()
        #expect(read.outcome("product") == .fused(into: "swish"))
        #expect(read.outcome("sum") == .quantized)
        let channels = try net(scale: [4, 1, 1]).plan()
        #expect(channels.outcome("product") == .quantized)
        #expect(channels.outcome("sum") == .quantized || channels.outcome("sum") == .fused(into: "product"))
        #expect(channels.constants.map(\.name) == ["factor"])
    }

    @Test("A chain that only float nodes read stays float as a whole")
    func unwanted() throws {
        var net = try Net([2, 8])
        let product = net.add("MatMul", "m", ["x", try net.random("w", [8, 8])])
        let scaled = net.add("Mul", "scaled", [net.add("Sigmoid", "s", [product]), try net.constant("two", [2], [])])
        net.output(net.add("Softmax", "y", [scaled]))
        let plan = try net.plan()
        #expect(plan.reason("s") == "only float operators follow")
        #expect(plan.reason("scaled") == "only float operators follow")
    }

    @Test("Quantizing the quantized file again changes nothing")
    func again() throws {
        let net = try net()
        let once = try net.quantized()
        let twice = try Quantizer(.int8).quantize(once.model, calibratedOn: net.samples())
        #expect(twice.plan.decisions.allSatisfy { $0.outcome == .alreadyQuantized })
        #expect(twice.model.graph.nodes.count == once.model.graph.nodes.count)
    }
}
