import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Attention of ONNX Runtime") struct MicrosoftAttentionTests {
    /// Values 1, 3, 5 for three keys; queries and keys are 0, so that every visible key weighs the same.
    private func attend(
        _ attributes: [(String, Attribute)] = [], mask: Tensor? = nil, bias: Tensor? = nil
    ) throws -> [Float] {
        let zeros = try Tensor(zeros: try Shape([1, 3, 1]), type: .float32)
        return try OneNode(.microsoft("MultiHeadAttention"), [("num_heads", .int(1))] + attributes)(
            zeros, zeros, try .floats([1, 3, 5], [1, 3, 1]), nil, mask, bias
        ).floats()
    }

    @Test("A causal query sees itself and the keys before it")
    func causality() throws {
        #expect(try attend([("unidirectional", .int(1))]) == [1, 2, 3])
    }

    @Test(
        "Every kind of mask hides its keys",
        arguments: [
            ([1], [2], [2, 2, 2]), ([2], [3, 1], [4, 4, 4]), ([1, 3], [1, 0, 1], [3, 3, 3]),
            ([1, 3, 3], [1, 0, 0, 0, 1, 0, 0, 1, 1], [1, 3, 4]),
        ] as [([Int], [Int], [Float])])
    func masks(shape: [Int], values: [Int], expected: [Float]) throws {
        #expect(try attend(mask: try .ints(values, shape, .int32)) == expected)
    }

    @Test("Where every key is masked, the filter value leaves equal weights")
    func allMasked() throws {
        #expect(try attend(mask: try .ints([0, 0, 0], [1, 3], .int32)) == [3, 3, 3])
    }

    @Test("The attention bias is added to the scores")
    func bias() throws {
        let bias = try Tensor.floats([0, -1000, -1000, -1000, 0, -1000, 0, 0, -1000], [1, 1, 3, 3])
        #expect(try attend(bias: bias) == [1, 3, 2])
    }

    @Test("Packed queries, keys and values are those side by side")
    func packed() throws {
        // [B 1, S 2, N 2, 3, H 1]: for each token and head its query, key and value.
        let packed = try Tensor.floats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 2, 2, 3, 1])
        let node = OneNode(.microsoft("MultiHeadAttention"), [("num_heads", .int(2)), ("scale", .float(0.1))])
        let apart = try node(
            try .floats([1, 4, 7, 10], [1, 2, 2]), try .floats([2, 5, 8, 11], [1, 2, 2]),
            try .floats([3, 6, 9, 12], [1, 2, 2]))
        #expect(try node(packed) == apart)
        let pairs = try Tensor.floats([2, 3, 5, 6, 8, 9, 11, 12], [1, 2, 2, 2, 1])
        #expect(try node(try .floats([1, 4, 7, 10], [1, 2, 2]), pairs) == apart)
    }

    @Test("Attention projects its input and returns keys and values with those of the past before them")
    func projection() throws {
        let outputs = try OneNode(.microsoft("Attention"), [("num_heads", .int(1))], outputs: 2).evaluate([
            try .floats([2], [1, 1, 1]), try .floats([0, 1, 3], [1, 3]), try .floats([0, 1, 0]), nil,
            try .floats([7, 8], [2, 1, 1, 1, 1]),
        ])
        // Query 0 weighs values 8 and 2 · 3 alike; keys are 7 and 2 · 1 + 1.
        #expect(try outputs[0].floats() == [7])
        #expect(outputs[1].shape.dimensions == [2, 1, 1, 2, 1])
        #expect(try outputs[1].floats() == [7, 3, 8, 6])
    }

    private func grouped(
        _ attributes: [(String, Attribute)], past: [Float], new: [Float], sink: Tensor? = nil, valid: Tensor? = nil
    ) throws -> [Tensor] {
        let total = past.count + new.count
        let zeros = try Tensor(zeros: try Shape([1, new.count, 2]), type: .float32)
        let keys = try Tensor(zeros: try Shape([1, new.count, 1]), type: .float32)
        let pastKeys = past.isEmpty ? nil : try Tensor(zeros: try Shape([1, 1, past.count, 1]), type: .float32)
        var inputs: [Tensor?] = [
            zeros, keys, try .floats(new, [1, new.count, 1]), pastKeys,
            past.isEmpty ? nil : try .floats(past, [1, 1, past.count, 1]), try .ints([total - 1], [1], .int32),
            try .ints([total], [], .int32),
        ]
        inputs += [nil, nil, nil, nil, sink]
        if let valid { inputs += [nil, nil, nil, nil, valid] }
        return try OneNode(
            .microsoft("GroupQueryAttention"), [("num_heads", .int(2)), ("kv_num_heads", .int(1))] + attributes,
            outputs: 3
        ).evaluate(inputs)
    }

    @Test("Both heads of queries share the keys, and a window hides the older ones")
    func window() throws {
        #expect(try grouped([], past: [1, 3], new: [5])[0].floats() == [3, 3])
        #expect(try grouped([("local_window_size", .int(2))], past: [1, 3], new: [5])[0].floats() == [4, 4])
        #expect(try grouped([], past: [1, 3], new: [5])[2].floats() == [1, 3, 5])
    }

    @Test("A sink takes weight away: as much as a key of its score")
    func sinks() throws {
        #expect(try grouped([("smooth_softmax", .int(1))], past: [], new: [4])[0].floats() == [2, 2])
        let sunk = try grouped([], past: [], new: [4], sink: try .floats([0, -1000]))
        #expect(try sunk[0].floats() == [2, 4])
    }

    @Test("Padded queries neither answer nor enter the cache")
    func padding() throws {
        let total: Float = 8
        let outputs = try grouped([], past: [total, 0], new: [4, 9], valid: try .ints([2], [1], .int32))
        #expect(try outputs[2].floats() == [8, 0, 4, 9])
        let padded = try OneNode(
            .microsoft("GroupQueryAttention"), [("num_heads", .int(1)), ("kv_num_heads", .int(1))], outputs: 3
        ).evaluate([
            try .floats([0, 0], [1, 2, 1]), try .floats([0, 0], [1, 2, 1]), try .floats([4, 9], [1, 2, 1]), nil, nil,
            try .ints([0], [1], .int32), try .ints([2], [], .int32),
        ])
        #expect(try padded[0].floats() == [4, 0])
        #expect(try padded[2].floats() == [4, 0])
    }

    @Test("RotaryEmbedding turns pairs of numbers, neighbours or half a head apart", arguments: [false, true])
    func rotation(isInterleaved: Bool) throws {
        // A quarter turn of the second position: (x, y) becomes (-y, x).
        let node = OneNode(.microsoft("RotaryEmbedding"), [("interleaved", .int(isInterleaved ? 1 : 0))])
        let y = try node(
            try .floats([1, 2, 3, 4], [1, 1, 4]), try .ints([1]), try .floats([1, 1, 0, 0], [2, 2]),
            try .floats([0, 0, 1, 1], [2, 2]))
        #expect(try y.floats() == (isInterleaved ? [-2, 1, -4, 3] : [-3, -4, 1, 2]))
    }
}
