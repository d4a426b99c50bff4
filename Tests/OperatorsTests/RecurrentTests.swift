import BitdepthGraphs
import BitdepthTensors
import Foundation
import Testing

@testable import BitdepthOperators

/// Layers of 3 steps, 2 sequences, 2 inputs and 2 neurons. Numbers of whole layers are those of ONNX Runtime 1.32.
@Suite("Recurrent layers") struct RecurrentTests {
    private let size: (String, Attribute) = ("hidden_size", .int(2))

    private func texts(_ texts: String...) -> Attribute { .strings(texts.map { Array($0.utf8) }) }

    private func inputs(gates: Int, directions: Int, _ rest: Tensor?...) throws -> [Tensor?] {
        [
            try .pattern([3, 2, 2]), try .pattern([directions, gates * 2, 2]),
            try .pattern([directions, gates * 2, 2], step: 5), try .pattern([directions, gates * 4], step: 3),
        ] + rest
    }

    private func lengths(_ lengths: Int...) throws -> Tensor { try .ints(lengths, nil, .int32) }

    @Test("One step of an LSTM of one neuron is what its equations say")
    func oneStep() throws {
        let w = try Tensor.floats([0.1, 0.2, 0.3, 0.4], [1, 4, 1])
        let r = try Tensor.floats([0.5, -0.5, 0.25, 1], [1, 4, 1])
        let b = try Tensor.floats([0.01, 0.02, 0.03, 0.04, 0.1, 0.1, 0.1, 0.1], [1, 8])
        let p = try Tensor.floats([0.3, 0.2, 0.1], [1, 3])
        let (x, h, c) = (2.0, 0.5, -1.0)
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let input = sigmoid(0.1 * x + 0.5 * h + 0.11 + 0.3 * c)
        let forget = sigmoid(0.3 * x + 0.25 * h + 0.13 + 0.1 * c)
        let cell = forget * c + input * tanh(0.4 * x + h + 0.14)
        let output = sigmoid(0.2 * x - 0.5 * h + 0.12 + 0.2 * cell)
        let y = try OneNode("LSTM", outputs: 3).evaluate([
            try .floats([Float(x)], [1, 1, 1]), w, r, b, nil, try .floats([Float(h)], [1, 1, 1]),
            try .floats([Float(c)], [1, 1, 1]), p,
        ])
        #expect(y.map(\.shape.dimensions) == [[1, 1, 1, 1], [1, 1, 1], [1, 1, 1]])
        #expect(try difference(y[0], [Float(output * tanh(cell))]) == nil)
        #expect(try y[1].floats() == y[0].floats())
        #expect(try difference(y[2], [Float(cell)]) == nil)
    }

    @Test("A bidirectional LSTM with peepholes, lengths, states and a bound")
    func bidirectionalLSTM() throws {
        let inputs = try inputs(
            gates: 4, directions: 2, lengths(3, 2), .pattern([2, 2, 2], step: 2, modulus: 5),
            .pattern([2, 2, 2], step: 3, modulus: 5), .pattern([2, 6], step: 4, modulus: 7))
        let y = try OneNode(
            "LSTM", [size, ("direction", .text("bidirectional")), ("clip", .float(0.7))], outputs: 3
        ).evaluate(inputs)
        let expected: [[Float]] = [
            [
                0.052188, -0.001362, 0.050943, 0.043002, -0.255221, -0.065626, -0.222211, -0.089236, 0.138132, 0.022291,
                0.13557, 0.091583, -0.223563, -0.100558, -0.13048, -0.121337, 0.134693, -0.007811, 0, 0, -0.146379,
                -0.019095, 0, 0,
            ],
            [0.134693, -0.007811, 0.13557, 0.091583, -0.255221, -0.065626, -0.222211, -0.089236],
            [0.241876, -0.017633, 0.229886, 0.176453, -0.580707, -0.130181, -0.482833, -0.189789],
        ]
        for (found, expected) in zip(y, expected) { #expect(try difference(found, expected) == nil) }
    }

    @Test("An LSTM with coupled gates and other functions, whose parameters go to those that have them")
    func functions() throws {
        let y = try OneNode(
            "LSTM",
            [
                size, ("input_forget", .int(1)), ("activations", texts("HardSigmoid", "Softsign", "leakyrelu")),
                ("activation_alpha", .floats([0.3, 0.2])), ("activation_beta", .floats([0.4])),
            ], outputs: 3
        ).evaluate(try inputs(gates: 4, directions: 1))
        #expect(try difference(y[1], [0.079446, -0.002031, 0.081407, 0.023698]) == nil)
        #expect(try difference(y[2], [0.162523, -0.03097, 0.143753, 0.065906]) == nil)
    }

    @Test(
        "A GRU resets before or behind the linear part",
        arguments: [
            (0, [0.04171, -0.39532, -0.040329, -0.370379, -0.45333, 0.23227, -0.35759, 0.143649]),
            (1, [-0.143758, -0.28144, -0.186865, -0.29535, -0.348818, 0.283817, -0.267488, 0.204202]),
        ] as [(Int, [Float])])
    func gru(linearBeforeReset: Int, expected: [Float]) throws {
        let y = try OneNode(
            "GRU", [size, ("direction", .text("bidirectional")), ("linear_before_reset", .int(linearBeforeReset))],
            outputs: 2
        ).evaluate(
            try inputs(gates: 3, directions: 2, lengths(3, 2), .pattern([2, 2, 2], step: 2, modulus: 5)))
        #expect(try difference(y[1], expected) == nil)
    }

    @Test("A reversed RNN with another function")
    func rnn() throws {
        let y = try OneNode(
            "RNN",
            [
                size, ("direction", .text("reverse")), ("activations", texts("Elu")),
                ("activation_alpha", .floats([0.5])),
            ], outputs: 2
        ).evaluate(try inputs(gates: 1, directions: 1, nil, .pattern([1, 2, 2], step: 2, modulus: 5)))
        let expected: [Float] = [
            -0.005768, 0.302239, -0.048715, 0.391885, -0.196795, -0.006361, -0.194982, 0.006237, -0.019605, 0.33,
            -0.211525, 0.08,
        ]
        #expect(try difference(y[0], expected) == nil)
        #expect(try difference(y[1], Array(expected.prefix(4))) == nil)
    }

    @Test("Layout 1 is layout 0 with the batch moved to the front", arguments: ["RNN", "GRU", "LSTM"])
    func layouts(type: String) throws {
        let gates = ["RNN": 1, "GRU": 3, "LSTM": 4][type, default: 0]
        let attributes = [size, ("direction", Attribute.text("bidirectional"))]
        func transposed(_ x: Tensor, _ order: [Int]) throws -> Tensor {
            try OneNode("Transpose", [("perm", .ints(order))])(x)
        }
        let state = try Tensor.pattern([2, 2, 2], step: 2, modulus: 5)
        var given = try inputs(gates: gates, directions: 2, lengths(2, 3), state)
        let y = try OneNode(OperatorName(type), attributes, outputs: 2).evaluate(given)
        given[0] = try given[0].map { try transposed($0, [1, 0, 2]) }
        given[5] = try transposed(state, [1, 0, 2])
        let z = try OneNode(OperatorName(type), attributes + [("layout", .int(1))], outputs: 2).evaluate(given)
        #expect(try z[0] == transposed(y[0], [2, 0, 1, 3]))
        #expect(try z[1] == transposed(y[1], [1, 0, 2]))
    }

    @Test("A sequence without steps gives zeros, whatever its initial state")
    func noSteps() throws {
        let y = try OneNode("GRU", outputs: 2).evaluate(
            try inputs(gates: 3, directions: 1, lengths(0, 1), .pattern([1, 2, 2])))
        #expect(try y[1].floats().prefix(2) == [0, 0])
        #expect(try y[1].floats().suffix(2).allSatisfy { $0 != 0 })
    }

    @Test(
        "Every function is what its name says, at -2, 0.5 and 3",
        arguments: [
            (.relu, [0, 0.5, 3]), (.affine, [-0.75, 0.5, 1.75]), (.leakyRelu, [-1, 0.5, 3]),
            (.thresholdedRelu, [0, 0.5, 3]), (.scaledTanh, [-0.2310586, 0.0621766, 0.3175744]),
            (.hardSigmoid, [0, 0.5, 1]), (.elu, [-0.4323324, 0.5, 3]), (.softsign, [-0.6666667, 0.3333333, 0.75]),
            (.softplus, [0.1269280, 0.9740770, 3.0485874]), (.sigmoid, [0.1192029, 0.6224593, 0.9525741]),
            (.tanh, [-0.9640276, 0.4621172, 0.9950548]),
        ] as [(RecurrentActivation.Function, [Double])])
    func functions(function: RecurrentActivation.Function, expected: [Double]) {
        let activation = RecurrentActivation(function, alpha: 0.5, beta: 0.25)
        for (x, y) in zip([-2, 0.5, 3], expected) { #expect(abs(activation(x) - y) < 1e-6) }
    }

    @Test("Attribute output_sequence of the first version is dropped")
    func firstVersion() throws {
        let node = OneNode("RNN", [size, ("output_sequence", .int(1))], outputs: 2)
        let upgraded = try node.upgraded(inputs(gates: 1, directions: 1), opset: 1)
        #expect(upgraded.graph.nodes.map(\.attributes) == [["hidden_size": .int(2)]])
    }

    @Test("Types are known as far as the inputs', and the hidden size from either the attribute or R")
    func types() throws {
        let w = Fact(.float32, try Shape([1, 16, 3]))
        let x = Fact(.float32, PartialShape([.symbol("T"), .unknown, .known(3)]))
        let r = Fact(.float32, try Shape([1, 16, 4]))
        let y = try OneNode("LSTM", outputs: 3).infer([x, w, r])
        #expect(y.map(\.type.shape.description) == ["[T,1,?,4]", "[1,?,4]", "[1,?,4]"])
        let unknown = try OneNode("LSTM", [("hidden_size", .int(4)), ("layout", .int(1))]).infer(
            [Fact(.float32, .unknown), w, Fact(.float32, .unknown)])
        #expect(unknown.map(\.type.shape.description) == ["[?,?,1,4]", "[?,1,4]", "[?,1,4]"])
    }
}
