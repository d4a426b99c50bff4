import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Recurrent layers, attention and losses as a broken or malicious file may hold them: each is an error and never a trap.
@Suite("Hostile sequence operators") struct HostileSequenceTests {
    static let cases: [HostileNode] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [HostileNode] {
        let x = try Tensor.pattern([3, 2, 2])
        let (w, r) = (try Tensor.pattern([1, 2, 2]), try Tensor.pattern([1, 2, 2]))
        let none = try Tensor(zeros: try Shape([1, 0, 0]), type: .float32)
        let layer: [Tensor?] = [x, w, r]
        let names: Attribute = .strings([Array("Relu".utf8)])
        let heads = try Tensor.pattern([1, 2, 3, 2])
        let all: [Tensor?] = [heads, heads, heads]
        let odd = try Tensor.pattern([1, 3, 3, 2])
        let rows = try Tensor.pattern([1, 2, 4])
        let one = try Tensor.floats([1], [1, 1])
        let scores = try Tensor.pattern([2, 3])
        let both: [(String, Attribute)] = [("q_num_heads", .int(2)), ("kv_num_heads", .int(2))]
        return [
            HostileNode("RNN", [x, w]),
            HostileNode("RNN", [try .floats([1]), w, r]),
            HostileNode("RNN", [x, try .pattern([2, 2, 2]), r]),
            HostileNode("RNN", [x, none, none]),
            HostileNode("RNN", [("hidden_size", .int(3))], layer),
            HostileNode("RNN", [("hidden_size", .int(.min))], layer),
            HostileNode("RNN", [("layout", .int(2))], layer),
            HostileNode("RNN", [("direction", .text("upward"))], layer),
            HostileNode("RNN", [("direction", .text("bidirectional"))], layer),
            HostileNode("RNN", [("activations", .strings([[0xFF]]))], layer),
            HostileNode("RNN", [("activations", .strings([Array("Sin".utf8)]))], layer),
            HostileNode("LSTM", [("activations", names)], layer),
            HostileNode("RNN", layer + [try .floats([1])]),
            HostileNode("RNN", layer + [nil, try .ints([3], nil, .int32)]),
            HostileNode("RNN", layer + [nil, try .ints([3, 4], nil, .int32)]),
            HostileNode("RNN", layer + [nil, try .ints([-1, 1], nil, .int32)]),
            HostileNode("RNN", layer + [nil, nil, x]),
            HostileNode("GRU", layer),
            HostileNode("LSTM", layer),
            HostileNode(
                "LSTM",
                [x, try .pattern([1, 8, 2]), try .pattern([1, 8, 2]), nil, nil, nil, nil, try .floats([1])]),
            HostileNode("Attention", [x, heads, heads]),
            HostileNode("Attention", [heads, odd, odd]),
            HostileNode("Attention", [heads, heads, try .pattern([1, 2, 2, 2])]),
            HostileNode("Attention", both, [x, x, try .pattern([3, 2, 3])]),
            HostileNode("Attention", [("q_num_heads", .int(0))], all),
            HostileNode("Attention", [("q_num_heads", .int(.max))], all),
            HostileNode("Attention", [("left_window_size", .int(-2))], all),
            HostileNode("Attention", [("qk_matmul_output_mode", .int(4))], all),
            HostileNode("Attention", [("softmax_precision", .int(7))], all),
            HostileNode("Attention", all + [try .pattern([2, 2])]),
            HostileNode("Attention", all + [try .pattern([3, 4])]),
            HostileNode("Attention", all + [try .pattern([1, 1, 1, 1, 3])]),
            HostileNode("Attention", all + [nil, heads]),
            HostileNode("Attention", all + [nil, odd, odd]),
            HostileNode("Attention", all + [nil, rows, rows]),
            HostileNode("Attention", all + [nil, nil, nil, try .ints([.max])]),
            HostileNode("Attention", all + [nil, nil, nil, try .ints([1, 1])]),
            HostileNode("Attention", all + [nil, heads, heads, try .ints([1])]),
            HostileNode("RotaryEmbedding", [rows, one, one]),
            HostileNode("RotaryEmbedding", [("num_heads", .int(3))], [rows, one, one]),
            HostileNode("RotaryEmbedding", [heads, one, one, try .ints([1, 0, 0], [1, 3])]),
            HostileNode("RotaryEmbedding", [heads, one, one, try .ints([-1, 0, 0], [1, 3])]),
            HostileNode("RotaryEmbedding", [heads, one, one, try .ints([0])]),
            HostileNode("RotaryEmbedding", [("rotary_embedding_dim", .int(4))], [heads, one, one]),
            HostileNode("RotaryEmbedding", [("rotary_embedding_dim", .int(-2))], [heads, one, one]),
            HostileNode("TensorScatter", [one, try .floats([1])]),
            HostileNode("TensorScatter", [("axis", .int(0))], [one, one]),
            HostileNode("TensorScatter", [("axis", .int(.min))], [one, one]),
            HostileNode("TensorScatter", [("axis", .int(1))], [one, one, try .ints([.max])]),
            HostileNode("TensorScatter", [("axis", .int(1))], [one, one, try .ints([-1])]),
            HostileNode("TensorScatter", [("axis", .int(1))], [one, scores]),
            HostileNode("LinearAttention", [rows, rows, rows]),
            HostileNode("LinearAttention", both, [rows, rows, rows]),
            HostileNode("LinearAttention", both, [heads, rows, rows]),
            HostileNode("LinearAttention", both, [rows, rows, rows, rows, rows, rows]),
            HostileNode("LinearAttention", both, [rows, rows, rows, nil, one, one]),
            HostileNode(
                "LinearAttention", [("q_num_heads", .int(1)), ("kv_num_heads", .int(2))],
                [rows, rows, rows]),
            HostileNode("CausalConvWithState", [rows, rows]),
            HostileNode("CausalConvWithState", [rows, try Tensor(zeros: try Shape([2, 1, 0]), type: .float32)]),
            HostileNode("CausalConvWithState", [rows, try .pattern([2, 1, 3]), one]),
            HostileNode("CausalConvWithState", [rows, try .pattern([2, 1, 3]), nil, one]),
            HostileNode("SwiGLU", [rows, one]),
            HostileNode("CumProd", [rows, try .ints([3])]),
            HostileNode("BitCast", [("to", .int(8))], [rows]),
            HostileNode("BitCast", [rows]),
            HostileNode("NegativeLogLikelihoodLoss", [try .floats([1]), try .ints([0])]),
            HostileNode("NegativeLogLikelihoodLoss", [scores, try .ints([0])]),
            HostileNode("NegativeLogLikelihoodLoss", [scores, try .ints([0, 3])]),
            HostileNode("NegativeLogLikelihoodLoss", [scores, try .ints([0, 1]), one]),
            HostileNode("SoftmaxCrossEntropyLoss", [try .floats([1]), try .ints([0])]),
            HostileNode("SoftmaxCrossEntropyLoss", [scores, try .ints([0, -1])]),
        ]
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
        hostile.inferWithAndWithoutConstants()
    }

    @Test("The cases were made")
    func made() { #expect(HostileSequenceTests.cases.count > 60) }

    @Test(
        "Empty tensors of enormous extents give empty ones, or an error, at once",
        arguments: [
            ("Attention", [[1 << 40, 1, 0, 0], [1 << 40, 1, 0, 0], [1 << 40, 1, 0, 0]]),
            ("Attention", [[1 << 40, 1, 0, 2], [1 << 40, 1, 3, 0], [1 << 40, 1, 3, 0]]),
            ("RotaryEmbedding", [[1 << 40, 1, 0, 2], [1 << 40, 0, 1], [1 << 40, 0, 1]]),
            ("LinearAttention", [[1, 1 << 40, 0], [1, 1 << 40, 0], [1, 1 << 40, 0]]),
            ("CausalConvWithState", [[0, 1 << 40, 1], [1 << 40, 1, 0]]),
            ("SoftmaxCrossEntropyLoss", [[1 << 40, 3, 0], [1 << 40, 0]]),
        ] as [(String, [[Int]])])
    func enormous(type: String, shapes: [[Int]]) throws {
        let inputs = try shapes.map { try Tensor(zeros: try Shape($0), type: .float32) }
        let attributes: [(String, Attribute)] =
            type == "LinearAttention"
            ? [("q_num_heads", .int(1)), ("kv_num_heads", .int(1)), ("update_rule", .text("linear"))] : []
        let outputs = try? OneNode(OperatorName(type), attributes).evaluate(inputs)
        #expect(outputs?.allSatisfy { $0.count == 0 } ?? true)
    }
}
