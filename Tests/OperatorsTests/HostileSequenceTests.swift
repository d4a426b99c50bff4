import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Recurrent layers, attention and losses as a broken or malicious file may hold them: each is an error and never a trap.
@Suite("Hostile sequence operators") struct HostileSequenceTests {
    typealias Case = HostileNetworkTests.Case

    static let cases: [Case] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [Case] {
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
            Case(op: "RNN", inputs: [x, w]),
            Case(op: "RNN", inputs: [try .floats([1]), w, r]),
            Case(op: "RNN", inputs: [x, try .pattern([2, 2, 2]), r]),
            Case(op: "RNN", inputs: [x, none, none]),
            Case(op: "RNN", attributes: [("hidden_size", .int(3))], inputs: layer),
            Case(op: "RNN", attributes: [("hidden_size", .int(.min))], inputs: layer),
            Case(op: "RNN", attributes: [("layout", .int(2))], inputs: layer),
            Case(op: "RNN", attributes: [("direction", .text("upward"))], inputs: layer),
            Case(op: "RNN", attributes: [("direction", .text("bidirectional"))], inputs: layer),
            Case(op: "RNN", attributes: [("activations", .strings([[0xFF]]))], inputs: layer),
            Case(op: "RNN", attributes: [("activations", .strings([Array("Sin".utf8)]))], inputs: layer),
            Case(op: "LSTM", attributes: [("activations", names)], inputs: layer),
            Case(op: "RNN", inputs: layer + [try .floats([1])]),
            Case(op: "RNN", inputs: layer + [nil, try .ints([3], nil, .int32)]),
            Case(op: "RNN", inputs: layer + [nil, try .ints([3, 4], nil, .int32)]),
            Case(op: "RNN", inputs: layer + [nil, try .ints([-1, 1], nil, .int32)]),
            Case(op: "RNN", inputs: layer + [nil, nil, x]),
            Case(op: "GRU", inputs: layer),
            Case(op: "LSTM", inputs: layer),
            Case(
                op: "LSTM",
                inputs: [x, try .pattern([1, 8, 2]), try .pattern([1, 8, 2]), nil, nil, nil, nil, try .floats([1])]),
            Case(op: "Attention", inputs: [x, heads, heads]),
            Case(op: "Attention", inputs: [heads, odd, odd]),
            Case(op: "Attention", inputs: [heads, heads, try .pattern([1, 2, 2, 2])]),
            Case(op: "Attention", attributes: both, inputs: [x, x, try .pattern([3, 2, 3])]),
            Case(op: "Attention", attributes: [("q_num_heads", .int(0))], inputs: all),
            Case(op: "Attention", attributes: [("q_num_heads", .int(.max))], inputs: all),
            Case(op: "Attention", attributes: [("left_window_size", .int(-2))], inputs: all),
            Case(op: "Attention", attributes: [("qk_matmul_output_mode", .int(4))], inputs: all),
            Case(op: "Attention", attributes: [("softmax_precision", .int(7))], inputs: all),
            Case(op: "Attention", inputs: all + [try .pattern([2, 2])]),
            Case(op: "Attention", inputs: all + [try .pattern([3, 4])]),
            Case(op: "Attention", inputs: all + [try .pattern([1, 1, 1, 1, 3])]),
            Case(op: "Attention", inputs: all + [nil, heads]),
            Case(op: "Attention", inputs: all + [nil, odd, odd]),
            Case(op: "Attention", inputs: all + [nil, rows, rows]),
            Case(op: "Attention", inputs: all + [nil, nil, nil, try .ints([.max])]),
            Case(op: "Attention", inputs: all + [nil, nil, nil, try .ints([1, 1])]),
            Case(op: "Attention", inputs: all + [nil, heads, heads, try .ints([1])]),
            Case(op: "RotaryEmbedding", inputs: [rows, one, one]),
            Case(op: "RotaryEmbedding", attributes: [("num_heads", .int(3))], inputs: [rows, one, one]),
            Case(op: "RotaryEmbedding", inputs: [heads, one, one, try .ints([1, 0, 0], [1, 3])]),
            Case(op: "RotaryEmbedding", inputs: [heads, one, one, try .ints([-1, 0, 0], [1, 3])]),
            Case(op: "RotaryEmbedding", inputs: [heads, one, one, try .ints([0])]),
            Case(op: "RotaryEmbedding", attributes: [("rotary_embedding_dim", .int(4))], inputs: [heads, one, one]),
            Case(op: "RotaryEmbedding", attributes: [("rotary_embedding_dim", .int(-2))], inputs: [heads, one, one]),
            Case(op: "TensorScatter", inputs: [one, try .floats([1])]),
            Case(op: "TensorScatter", attributes: [("axis", .int(0))], inputs: [one, one]),
            Case(op: "TensorScatter", attributes: [("axis", .int(.min))], inputs: [one, one]),
            Case(op: "TensorScatter", attributes: [("axis", .int(1))], inputs: [one, one, try .ints([.max])]),
            Case(op: "TensorScatter", attributes: [("axis", .int(1))], inputs: [one, one, try .ints([-1])]),
            Case(op: "TensorScatter", attributes: [("axis", .int(1))], inputs: [one, scores]),
            Case(op: "LinearAttention", inputs: [rows, rows, rows]),
            Case(op: "LinearAttention", attributes: both, inputs: [rows, rows, rows]),
            Case(op: "LinearAttention", attributes: both, inputs: [heads, rows, rows]),
            Case(op: "LinearAttention", attributes: both, inputs: [rows, rows, rows, rows, rows, rows]),
            Case(op: "LinearAttention", attributes: both, inputs: [rows, rows, rows, nil, one, one]),
            Case(
                op: "LinearAttention", attributes: [("q_num_heads", .int(1)), ("kv_num_heads", .int(2))],
                inputs: [rows, rows, rows]),
            Case(op: "CausalConvWithState", inputs: [rows, rows]),
            Case(op: "CausalConvWithState", inputs: [rows, try Tensor(zeros: try Shape([2, 1, 0]), type: .float32)]),
            Case(op: "CausalConvWithState", inputs: [rows, try .pattern([2, 1, 3]), one]),
            Case(op: "CausalConvWithState", inputs: [rows, try .pattern([2, 1, 3]), nil, one]),
            Case(op: "SwiGLU", inputs: [rows, one]),
            Case(op: "CumProd", inputs: [rows, try .ints([3])]),
            Case(op: "BitCast", attributes: [("to", .int(8))], inputs: [rows]),
            Case(op: "BitCast", inputs: [rows]),
            Case(op: "NegativeLogLikelihoodLoss", inputs: [try .floats([1]), try .ints([0])]),
            Case(op: "NegativeLogLikelihoodLoss", inputs: [scores, try .ints([0])]),
            Case(op: "NegativeLogLikelihoodLoss", inputs: [scores, try .ints([0, 3])]),
            Case(op: "NegativeLogLikelihoodLoss", inputs: [scores, try .ints([0, 1]), one]),
            Case(op: "SoftmaxCrossEntropyLoss", inputs: [try .floats([1]), try .ints([0])]),
            Case(op: "SoftmaxCrossEntropyLoss", inputs: [scores, try .ints([0, -1])]),
        ]
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(hostile: Case) {
        #expect(throws: BitdepthError.self) {
            try OneNode(hostile.op, hostile.attributes).evaluate(hostile.inputs)
        }
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
        let inputs = try shapes.map { dimensions in
            let count = dimensions.reduce(1, *)
            return try Tensor(zeros: count == 0 ? try Shape(dimensions) : try Shape([0]), type: .float32)
        }
        let attributes: [(String, Attribute)] =
            type == "LinearAttention"
            ? [("q_num_heads", .int(1)), ("kv_num_heads", .int(1)), ("update_rule", .text("linear"))] : []
        let outputs = try? OneNode(OperatorName(type), attributes).evaluate(inputs)
        #expect(outputs?.allSatisfy { $0.count == 0 } ?? true)
    }
}
