import BitdepthGraphs
import BitdepthTensors
import Foundation
import Testing

@testable import BitdepthOperators

/// Numbers of whole operators are those of onnx.reference, onnx 1.23.2.
@Suite("Positions, caches and states") struct StatefulSequenceTests {
    @Test("Rotary embedding turns pairs of halves by the angle of their position")
    func rotaryHalves() throws {
        let y = try OneNode("RotaryEmbedding", [("num_heads", .int(2))])(
            try .pattern([1, 2, 4]), try .pattern([3, 1], step: 2, modulus: 5),
            try .pattern([3, 1], step: 3, modulus: 5), try .ints([2, 0], [1, 2]))
        #expect(try difference(y, [-0.08, 0.09, 0.01, 0.12, -0.08, 0.04, -0.08, -0.08]) == nil)
    }

    @Test("Rotary embedding turns neighbours, and only the first numbers of a head")
    func rotaryNeighbours() throws {
        let y = try OneNode(
            "RotaryEmbedding", [("num_heads", .int(2)), ("interleaved", .int(1)), ("rotary_embedding_dim", .int(2))])(
                try .pattern([1, 2, 8]), try .pattern([3, 1], step: 2, modulus: 5),
                try .pattern([3, 1], step: 3, modulus: 5), try .ints([2, 0], [1, 2]))
        let expected: [Float] = [
            -0.08, 0.09, -0.2, 0.5, -0.01, -0.07, 0.4, 0, 0.14, 0.02, -0.1, -0.5, -0.08, 0, 0.5, 0.1,
        ]
        #expect(try difference(y, expected) == nil)
    }

    @Test("A quarter turn of heads with an axis of their own")
    func quarterTurn() throws {
        let y = try OneNode("RotaryEmbedding")(
            try .floats([1, 2, 3, 4], [1, 2, 1, 2]), try .floats([0], [1, 1, 1]), try .floats([1], [1, 1, 1]))
        #expect(try y.floats() == [-2, 1, -4, 3])
    }

    @Test(
        "New steps are written at each sample's place, in circular mode beyond the end at the start",
        arguments: [("linear", [1, 0], [0, 9, 8, 7, 6, 0]), ("circular", [2, -1], [8, 0, 9, 6, 0, 7])])
    func scatter(mode: String, places: [Int], expected: [Int]) throws {
        let y = try OneNode("TensorScatter", [("mode", .text(mode)), ("axis", .int(1))])(
            try .ints([Int](repeating: 0, count: 6), [2, 3], .int8), try .ints([9, 8, 7, 6], [2, 2], .int8),
            try .ints(places))
        #expect(try y.integers() == expected)
    }

    @Test("Gated linear attention with the delta rule and shared heads")
    func linearAttention() throws {
        let y = try OneNode(
            "LinearAttention", [("q_num_heads", .int(4)), ("kv_num_heads", .int(2))], outputs: 2
        ).evaluate([
            try .pattern([1, 2, 8]), try .pattern([1, 2, 4], step: 5), try .pattern([1, 2, 4], step: 3),
            try .pattern([1, 2, 2, 2], step: 2, modulus: 5), try .pattern([1, 2, 2], step: 2, modulus: 5),
            try .pattern([1, 2, 2], step: 3, modulus: 5, divisor: 5),
        ])
        let output: [Float] = [
            0.122195, 0.002564, 0.097508, -0.02329, 0.007637, -0.050685, 0.029698, -0.041861, 0.132256, -0.01052,
            -0.044624, 0.039662, 0.019376, -0.023119, 0.039338, -0.015135,
        ]
        let state: [Float] = [
            -0.324289, -0.04082, 0.191074, -0.104018, 0.115555, -0.062919, -0.021452, 0.10056,
        ]
        #expect(try difference(y[0], output) == nil)
        #expect(try difference(y[1], state) == nil)
    }

    @Test("The linear rule sums k ⊗ v")
    func linearRule() throws {
        let y = try OneNode(
            "LinearAttention",
            [
                ("q_num_heads", .int(1)), ("kv_num_heads", .int(1)), ("update_rule", .text("linear")),
                ("scale", .float(1)),
            ], outputs: 2
        ).evaluate([
            try .floats([1, 0, 0, 1], [1, 2, 2]), try .floats([1, 2, 3, 4], [1, 2, 2]),
            try .floats([5, 6], [1, 2, 1]),
        ])
        #expect(try y[0].floats() == [5, 34])
        #expect(try y[1].floats() == [23, 34])
    }

    @Test("A causal convolution continues where the last one ended")
    func causalConvolution() throws {
        let (x, w, b) = (
            try Tensor.pattern([1, 2, 3]), try Tensor.pattern([2, 1, 3], step: 3, modulus: 5),
            try Tensor.pattern([2], step: 2, modulus: 5)
        )
        let y = try OneNode("CausalConvWithState", [("activation", .text("silu"))], outputs: 2).evaluate(
            [x, w, b, try .pattern([1, 2, 2], step: 2, modulus: 7)])
        #expect(try difference(y[0], [-0.047502, -0.109456, -0.0291, -0.038401, 0.0204, 0.086386]) == nil)
        #expect(try difference(y[1], [0.2, -0.2, 0.1, -0.3]) == nil)
    }

    @Test("One step at a time gives what all steps at once give")
    func stepByStep() throws {
        let node = OneNode("CausalConvWithState", outputs: 2)
        let (x, w) = (try Tensor.pattern([1, 2, 4]), try Tensor.pattern([2, 1, 3], step: 3, modulus: 5))
        let whole = try node.evaluate([x, w])[0]
        var state: Tensor?
        for step in 0..<4 {
            let now = try OneNode("Gather", [("axis", .int(2))])(x, try .ints([step]))
            let y = try node.evaluate([now, w, nil, state])
            state = y[1]
            #expect(try y[0] == OneNode("Gather", [("axis", .int(2))])(whole, try .ints([step])))
        }
    }

    @Test("SwiGLU is swish of the gate times the value")
    func swiGLU() throws {
        let y = try OneNode("SwiGLU", [("alpha", .float(2))])(try .floats([1, -3, 0]), try .floats([4, 5, 6]))
        #expect(
            try difference(y, [Float(4 / (1 + exp(-2.0))), Float(-15 / (1 + exp(6.0))), 0]) == nil)
    }
}
