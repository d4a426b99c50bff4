import BitdepthGraphs
import BitdepthTensors

extension ExpansionCase {
    static func convolutions() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 1)
        let x = try numbers.tensor([2, 4, 6, 5]), last = try numbers.tensor([2, 6, 5, 4])
        let w = try numbers.tensor([3, 4, 3, 3]), b = try numbers.tensor([3])
        let padded: [String: Attribute] = ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])]
        func activated(_ name: String, _ numbers: [Float] = []) -> [String: Attribute] {
            padded.merging(["activation": .text(name), "activation_params": .floats(numbers)]) { $1 }
        }
        let sum = try numbers.tensor([2, 3, 6, 5]), lastSum = try numbers.tensor([2, 6, 5, 3])
        return [
            .init("FusedConv", "plain", [x, w], constants: [1], padded),
            .init("FusedConv", "Relu and sum", [x, w, b, sum], constants: [1, 2], activated("Relu")),
            .init("FusedConv", "Clip", [x, w, b], constants: [1, 2], activated("Clip", [-0.5, 0.25])),
            .init("FusedConv", "HardSigmoid", [x, w, b], constants: [1, 2], activated("HardSigmoid", [0.3, 0.4])),
            .init("FusedConv", "LeakyRelu", [x, w, nil, sum], constants: [1], activated("LeakyRelu", [0.1])),
            .init("NhwcConv", [last, w, b], constants: [1, 2], padded),
            .init("NhwcFusedConv", [last, w, b, lastSum], constants: [1, 2], activated("Tanh")),
        ]
    }

    static func products() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 2)
        let a = try numbers.tensor([3, 5]), turned = try numbers.tensor([4, 5])
        let batches = try numbers.tensor([2, 3, 4, 5]), other = try numbers.tensor([2, 3, 6, 5])
        let first = try numbers.tensor([4, 2, 5])
        return [
            .init(
                "FusedGemm", "LeakyRelu", [a, turned, try numbers.tensor([4])], constants: [1, 2],
                [
                    "transB": .int(1), "alpha": .float(0.5), "beta": .float(2), "activation": .text("LeakyRelu"),
                    "activation_alpha": .float(0.2),
                ]),
            .init("FusedGemm", "plain", [a, turned], constants: [1], ["transB": .int(1)]),
            .init(
                "FusedMatMul", "attention scores", [batches, other], ["transB": .int(1), "alpha": .float(0.125)]),
            .init(
                "FusedMatMul", "batches last", [first, try numbers.tensor([2, 5, 3])],
                ["transBatchA": .int(1), "transA": .int(0)]),
            .init(
                "FusedMatMul", "both", [try numbers.tensor([5, 3]), turned], ["transA": .int(1), "transB": .int(1)]),
            .init("FusedMatMul", "vector", [try numbers.tensor([5]), a], ["transB": .int(1), "transA": .int(1)]),
            .init("TransposeMatMul", [a, turned], ["transB": .int(1)]),
        ]
    }

    static func integerProducts() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 3)
        let codes = try numbers.integers([6, 4], in: -127...127, .int8)
        let scales = try numbers.tensor([4], in: 0.01...0.1)
        let zeros = try numbers.integers([4], in: -3...3, .int8)
        return [
            .init(
                "DynamicQuantizeMatMul", "scales for columns",
                [try numbers.tensor([2, 3, 6]), codes, scales, zeros, try numbers.tensor([4])], constants: [1, 2, 3, 4]),
            .init(
                "DynamicQuantizeMatMul", "one scale",
                [try numbers.tensor([3, 6]), codes, try Tensor(scalar: Float(0.02))], constants: [1, 2]),
            .init(
                "MatMulIntegerToFloat",
                [
                    try numbers.integers([3, 6], in: 0...255, .uint8), codes, try Tensor(scalar: Float(0.03)), scales,
                    try Tensor(scalar: UInt8(120)), nil, try numbers.tensor([4]),
                ], constants: [1, 3, 6]),
        ]
    }

    static func gelus() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 4)
        let x = try numbers.tensor([2, 3, 8], in: -4...4), b = try numbers.tensor([8])
        return [
            .init("Gelu", [x]), .init("BiasGelu", [x, b], constants: [1]), .init("FastGelu", [x]),
            .init("FastGelu", "with a bias", [x, b], constants: [1]),
            .init("QuickGelu", [x], ["alpha": .float(1.5)]), .init("BiasSplitGelu", [x, b], constants: [1]),
        ]
    }

    static func normalizations() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 5)
        let x = try numbers.tensor([2, 3, 8], in: -4...4), skip = try numbers.tensor([2, 3, 8])
        let (g, b, bias) = (try numbers.tensor([8]), try numbers.tensor([8]), try numbers.tensor([8]))
        var simplified = ExpansionCase(
            "SimplifiedLayerNormalization", [x, g], constants: [1], ["epsilon": .float(1e-3)])
        simplified.domain = ""
        return [
            .init("SkipLayerNormalization", [x, skip, g], constants: [2]),
            .init(
                "SkipLayerNormalization", "all inputs and outputs", [x, skip, g, b, bias], constants: [2, 3, 4],
                ["epsilon": .float(1e-3)], outputs: [true, true, true, true]),
            .init(
                "SkipLayerNormalization", "a skip that broadcasts", [x, try numbers.tensor([3, 8]), g, b],
                constants: [2, 3], outputs: [true, false, false, true]),
            .init("SkipSimplifiedLayerNormalization", [x, skip, g], constants: [2]),
            .init(
                "SkipSimplifiedLayerNormalization", "bias and sum", [x, skip, g, bias], constants: [2, 3],
                outputs: [true, false, false, true]),
            simplified,
        ]
    }

    static func embeddings() throws -> [ExpansionCase] {
        var numbers = SeededNumbers(seed: 6)
        let ids = try numbers.integers([2, 4], in: 0...9), segments = try numbers.integers([2, 4], in: 0...1)
        let tables = try (
            numbers.tensor([10, 6]), numbers.tensor([5, 6]), numbers.tensor([2, 6]), numbers.tensor([6]),
            numbers.tensor([6])
        )
        let mask = try integers([1, 1, 1, 0, 1, 0, 0, 0], [2, 4])
        let caches = try (numbers.tensor([7, 3]), numbers.tensor([7, 3]))
        let rows = try numbers.tensor([2, 4, 12]), heads = try numbers.tensor([2, 2, 4, 6])
        let places = try integers([0, 2, 1, 6, 3, 3, 4, 5], [2, 4], .int64)
        return [
            .init(
                "EmbedLayerNormalization", "segments and mask",
                [ids, segments, tables.0, tables.1, tables.2, tables.3, tables.4, mask], constants: [2, 3, 4, 5, 6],
                outputs: [true, true, true]),
            .init(
                "EmbedLayerNormalization", "positions",
                [
                    ids, nil, tables.0, tables.1, nil, tables.3, tables.4, nil, try integers([3, 0, 1, 2], [1, 4]),
                ], constants: [2, 3, 5, 6], outputs: [true, true]),
            .init(
                "RotaryEmbedding", "rows", [rows, places, caches.0, caches.1], constants: [2, 3]),
            .init(
                "RotaryEmbedding", "part of interleaved heads",
                [heads, places, try numbers.tensor([7, 2]), try numbers.tensor([7, 2])],
                constants: [2, 3], ["interleaved": .int(1), "num_heads": .int(2), "rotary_embedding_dim": .int(4)]),
            .init(
                "RotaryEmbedding", "from one position on",
                [heads, try integers([2], [1], .int64), caches.0, caches.1], constants: [2, 3]),
        ]
    }
}
