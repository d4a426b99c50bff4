import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Nodes that stay float because they cost too much") struct FallbackTests {
    /// Two large convolutions around a depthwise one whose channels differ so much that one scale cannot serve them: the
    /// first convolution makes one channel a thousand times louder, the depthwise one brings it back.
    private func poisoned(_ factor: Float = 1000) throws -> Net {
        var net = try Net([1, 8, 10, 10])
        let first = try net.conv("first", "x", 8, 8, bias: false)
        let middle = try net.conv("depthwise", first, 8, 8, group: 8, bias: false)
        let relu = net.add("Relu", "relu", [middle])
        let last = try net.conv("last", relu, 8, 64, bias: false)
        net.output(last)
        try net.scale("first.w", channel: 0, by: factor)
        try net.scale("depthwise.w", channel: 0, by: 1 / factor)
        return net
    }

    private func fallback(
        _ net: Net, _ quantization: Quantization, goal: FallbackGoal? = nil, threads: Int = 1,
        configuration: QuantizationConfiguration = .int8
    ) throws -> Quantization? {
        let found = try Evaluator(
            try CompiledGraph(quantization.model.graph), baseline: try CompiledGraph(quantization.float)
        ).evaluate(try net.samples(8, seed: 9))
        return try Quantizer(configuration, threads: threads).keepingLoudestFloat(
            quantization, of: net.model, goal: goal ?? FallbackGoal(for: configuration, outputsOf: quantization.float),
            found: found,
            on: try net.samples())
    }

    @Test("Of a net with one poisoned layer that layer stays float, and the others do not")
    func poisonedLayer() throws {
        let net = try poisoned()
        let first = try net.quantized()
        let fresh = try net.samples(8, seed: 9)
        let better = try #require(try fallback(net, first))
        let kept = try #require(better.fallback)
        #expect(kept.kept.map(\.node) == ["depthwise"])
        #expect(better.plan.outcome("first") == .quantized)
        #expect(better.plan.outcome("last") == .quantized)
        #expect(kept.reachesGoal)
        #expect(kept.part < 0.04)
        let (before, after) = (try first.decibels(on: fresh), try better.decibels(on: fresh))
        #expect(before < 20)
        #expect(after > 30, "\(before) → \(after) dB")
    }

    @Test("The reason tells the cost in dB and the share of the work")
    func reason() throws {
        let net = try poisoned()
        let better = try #require(try fallback(net, try net.quantized()))
        let reason = try #require(better.plan.reason("depthwise"))
        #expect(
            reason.wholeMatch(of: #/costs \d+\.\d dB at the output; kept float \(1\.4 % of MACs\)/#) != nil, "\(reason)"
        )
    }

    @Test("The file with float nodes gives what the engine gave, and a sum in front of a float node is not rounded")
    func structure() throws {
        let net = try poisoned()
        let graph = try #require(try fallback(net, try net.quantized())).model.graph
        // Of the input, of the Relu's result, and of the output.
        #expect(graph.count("QuantizeLinear") == 3)
        #expect(try graph.node("depthwise").input(0) == "first")
    }

    @Test("A poisoned layer in a branch of an If stays float too, and nothing in the other branch")
    func poisonedBranch() throws {
        var branch = try poisoned().graph
        branch.inputs = []
        var other = try Net([1, 8, 10, 10])
        other.output(try other.conv("other", "x", 8, 64, bias: false))
        other.graph.inputs = []
        var choice = Node("If", name: "choice", inputs: ["condition"], outputs: ["y"])
        choice.attributes["then_branch"] = .graph(branch)
        choice.attributes["else_branch"] = .graph(other.graph)
        var net = try Net([1, 8, 10, 10])
        net.graph.inputs.append(.init("condition", TensorType(.bool, Shape.scalar)))
        net.graph.nodes = [choice]
        net.output("y")
        func samples(seed: UInt64) throws -> SampleArray {
            let plain = try Net([1, 8, 10, 10]).samples(16, seed: seed).samples
            return SampleArray(
                try plain.enumerated().map { index, sample in
                    var sample = sample
                    sample.tensors["condition"] = try Tensor(scalar: index % 2 == 0)
                    return sample
                })
        }
        let first = try net.quantized(on: try samples(seed: 7))
        let found = try Evaluator(
            try CompiledGraph(first.model.graph), baseline: try CompiledGraph(first.float)
        ).evaluate(try samples(seed: 9))
        let better = try #require(
            try Quantizer(.int8).keepingLoudestFloat(
                first, of: net.model, goal: FallbackGoal(for: .int8, outputsOf: first.float), found: found,
                on: try samples(seed: 7)))
        #expect(better.fallback?.kept.map(\.node) == ["depthwise"])
        #expect(better.fallback?.reachesGoal == true)
        let decisions = better.plan.allDecisions
        #expect(decisions.filter { $0.outcome == .quantized }.map(\.node).sorted() == ["first", "last", "other"])
        let (before, after) = (
            try first.decibels(on: try samples(seed: 9)), try better.decibels(on: try samples(seed: 9))
        )
        #expect(before < 25 && after > 30, "\(before) → \(after) dB")
    }

    @Test("Without a budget nothing with multiply-accumulates stays float")
    func budget() throws {
        let net = try poisoned()
        let goal = FallbackGoal(leastDecibels: 30, leastAgreement: 0.99, largestPart: 0.001)
        let better = try fallback(net, try net.quantized(), goal: goal)
        #expect(better?.plan.outcome("depthwise") != .float(reason: "tried"))
        #expect(better?.fallback?.part ?? 0 <= 0.001)
    }

    @Test("What gains next to nothing and misses the goal stays on integers")
    func notWorthIt() throws {
        var net = try Net([1, 8, 10, 10])
        var value: ValueName = "x"
        for layer in 0..<12 { value = try net.conv("conv\(layer)", value, 8, 8, bias: false) }
        net.output(value)
        // The budget lets one layer of twelve go, and with it about a twelfth of the noise.
        let goal = FallbackGoal(leastDecibels: 60, leastAgreement: 0, largestPart: 0.1, largestFloatPart: 0.1)
        let quantization = try net.quantized()
        #expect(try fallback(net, quantization, goal: goal) == nil)
    }

    @Test("A goal that is reached already changes nothing")
    func good() throws {
        let net = try poisoned(1)
        #expect(try fallback(net, try net.quantized()) == nil)
    }

    @Test("The result does not depend on the number of threads", arguments: [2, 3])
    func deterministic(threads: Int) throws {
        let net = try poisoned()
        let quantization = try net.quantized()
        let one = try #require(try fallback(net, quantization))
        let many = try #require(try fallback(net, quantization, threads: threads))
        #expect(one.model.graph == many.model.graph)
        #expect(one.fallback?.kept == many.fallback?.kept)
    }

    @Test("Noise of single sources adds up to that of the whole", arguments: [1, 30] as [Float])
    func additive(factor: Float) throws {
        let net = try poisoned(factor)
        let quantization = try net.quantized()
        let samples = try net.samples(8)
        let (noise, work) = try NoiseMeasurement(
            graph: quantization.float, facts: try ShapeInference.facts(of: quantization.float), plan: quantization.plan,
            parameters: quantization.parameters, configuration: .int8, threads: 1, instructionSet: .best
        ).profile(over: samples, progress: nil)
        let expected = try #require(noise.expected(quantization.plan).first)
        let measured = try quantization.decibels(on: samples)
        #expect(abs(expected.decibels + measured) < 1.5, "\(-expected.decibels) dB expected, \(measured) dB found")
        // 8×8×9 and 8×9 and 8×64×9 products for each of 100 pixels.
        #expect(work == ["first": 57600, "depthwise": 7200, "last": 460800])
    }

    @Test(
        "Thresholds: 30 dB, 12 dB for probabilities, 99 %; 20 dB, 8 dB and 95 % below 8 bits; 7-bit weights count as 8")
    func goals() throws {
        var net = try Net([1, 8])
        net.output(net.add("MatMul", "logits", ["x", try net.random("w", [8, 5])]))
        net.output(net.add("Softmax", "softmax", ["logits"]))
        net.output(net.add("Flatten", "flat", [net.add("Sigmoid", "gate", ["logits"])]))
        var configuration = QuantizationConfiguration.int8
        configuration.weights.bits = 7
        let goal = FallbackGoal(for: configuration, outputsOf: net.graph)
        #expect(goal == FallbackGoal(for: .int8, outputsOf: net.graph))
        #expect(["logits", "softmax", "flat"].map(goal.leastDecibels) == [30, 12, 12])
        #expect(goal.leastAgreement == 0.99)
        configuration.weights.bits = 4
        let low = FallbackGoal(for: configuration, outputsOf: net.graph)
        #expect(["logits", "softmax", "flat"].map(low.leastDecibels) == [20, 8, 8])
        #expect(low.leastAgreement == 0.95)
    }
}

extension Net {
    /// Multiplies the weights of one output channel.
    fileprivate mutating func scale(_ name: ValueName, channel: Int, by factor: Float) throws {
        let weight = try #require(graph.initializers[name])
        let size = weight.count / weight.shape[0]
        let values = try weight.floats().enumerated().map { $0 / size == channel ? $1 * factor : $1 }
        graph.initializers[name] = try Tensor(values, shape: weight.shape)
    }
}
