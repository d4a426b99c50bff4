import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Fused operators of ONNX Runtime") struct MicrosoftFusedTests {
    private func microsoft(_ type: String, _ attributes: [(String, Attribute)] = [], outputs: Int = 1) -> OneNode {
        OneNode(.microsoft(type), attributes, outputs: outputs)
    }

    @Test("transBatchA makes the first axis the last but one, transA then exchanges the last two")
    func fusedMatMul() throws {
        // A `[M, B, K]` with M 2, B 2, K 1; B `[B, K, N]`.
        let a = try Tensor.floats([1, 2, 3, 4], [2, 2, 1])
        let b = try Tensor.floats([10, 20], [2, 1, 1])
        let y = try microsoft("FusedMatMul", [("transBatchA", .int(1)), ("alpha", .float(0.5))])(a, b)
        #expect(y.shape.dimensions == [2, 2, 1])
        #expect(try y.floats() == [5, 15, 20, 40])
        let transposed = try microsoft("FusedMatMul", [("transBatchA", .int(1)), ("transA", .int(1))])(
            try Tensor.floats([1, 2], [1, 1, 2]), try Tensor.floats([3], [1, 1, 1]))
        #expect(transposed.shape.dimensions == [1, 2, 1])
        #expect(try transposed.floats() == [3, 6])
    }

    @Test("FusedConv adds Z before the activation")
    func fusedConv() throws {
        let x = try Tensor.floats([1, -2, 3], [1, 1, 3])
        let w = try Tensor.floats([2], [1, 1, 1])
        let z = try Tensor.floats([0, 10, -10], [1, 1, 3])
        let attributes: [(String, Attribute)] = [
            ("activation", .text("Clip")), ("activation_params", .floats([-1, 5])),
        ]
        #expect(try microsoft("FusedConv", attributes)(x, w, nil, z).floats() == [2, 5, -1])
    }

    @Test(
        "FusedGemm takes each activation with its numbers",
        arguments: [
            ("LeakyRelu", ["activation_alpha": 0.25], -0.5, 3), ("ThresholdedRelu", ["activation_alpha": 2.5], 0, 3),
            ("HardSigmoid", ["activation_alpha": 0.1, "activation_beta": 0.3], 0.1, 0.6),
            ("Selu", ["activation_alpha": 2, "activation_gamma": 0.5], -0.86466471676, 1.5), ("Relu", [:], 0, 3),
        ] as [(String, [String: Float], Float, Float)])
    func fusedGemm(name: String, numbers: [String: Float], low: Float, high: Float) throws {
        let attributes: [(String, Attribute)] =
            [("activation", .text(name))] + numbers.map { ($0.key, .float($0.value)) }
        let a = try Tensor.floats([-2, 3], [2, 1])
        let y = try microsoft("FusedGemm", attributes)(a, try Tensor.floats([1], [1, 1])).floats()
        #expect(abs(y[0] - low) < 1e-6 && abs(y[1] - high) < 1e-6)
    }

    @Test("Convolutions of channels that come last are those of channels that come first", arguments: [false, true])
    func channelsLast(isFused: Bool) throws {
        let x = try Tensor.floats((0..<24).map { Float($0 % 7) - 3 }, [1, 2, 4, 3])
        let w = try Tensor.floats((0..<24).map { Float($0 % 5) - 2 }, [2, 2, 2, 3])
        let first = try OneNode("Conv")(x, w, try .floats([0.5, -1]))
        let last = try microsoft(isFused ? "NhwcFusedConv" : "NhwcConv")(
            try x.permuted([0, 2, 3, 1]), w, try .floats([0.5, -1]))
        #expect(last.shape.dimensions == [1, 3, 1, 2])
        #expect(try last.permuted([0, 3, 1, 2]) == first)
    }

    @Test("BiasSplitGelu multiplies the left half by Gelu of the right half")
    func biasSplitGelu() throws {
        let y = try microsoft("BiasSplitGelu")(
            try .floats([1, 2, 0, 1], [1, 1, 4]), try .floats([1, 0, 0, -2])
        ).floats()
        // Gelu(-1) = -0.158655254 (SciPy's normal distribution function).
        #expect(y[0] == 0)
        #expect(abs(y[1] - 2 * -0.158655254) < 1e-6)
    }

    @Test("SkipLayerNormalization hands out mean, inverse deviation and the sum")
    func skipOutputs() throws {
        let outputs = try microsoft("SkipLayerNormalization", [("epsilon", .float(0))], outputs: 4).evaluate([
            try .floats([1, 2], [1, 1, 2]), try .floats([0, 1], [1, 2]), try .floats([1, 1]), nil, try .floats([1, 3]),
        ])
        #expect(try outputs.map { try $0.floats() } == [[-1, 1], [4], [0.5], [2, 6]])
    }

    @Test("EmbedLayerNormalization counts the words that the mask keeps")
    func embedding() throws {
        let table = try Tensor.floats([0, 2, 4, 10], [2, 2])
        let outputs = try microsoft("EmbedLayerNormalization", [("epsilon", .float(0))], outputs: 3).evaluate([
            try .ints([1, 0, 1], [1, 3], .int32), nil, table, try .floats([0, 0, 0, 0, 1, 0], [3, 2]), nil,
            try .floats([1, 1]), try .floats([0, 0]), try .ints([1, 1, 0], [1, 3], .int32),
        ])
        #expect(try outputs[0].floats() == [-1, 1, -1, 1, -1, 1])
        #expect(try outputs[1].integers() == [2])
        #expect(try outputs[2].floats() == [4, 10, 0, 2, 5, 10])
    }
}
