import BitdepthGraphs
import BitdepthTensors
import Foundation
import Testing

@testable import BitdepthOperators

@Suite("Losses") struct LossTests {
    /// The examples of the specification of NegativeLogLikelihoodLoss.
    private func example() throws -> [Tensor] {
        [
            try .floats([1, 2, 2, 2, 3, 2, 0, 1, 2, 2, 1, 2], [2, 3, 2]), try .ints([2, 1, 0, 2], [2, 2]),
            try .floats([0.2, 0.3, 0.1]),
        ]
    }

    @Test("Without a reduction each place has its loss")
    func none() throws {
        let inputs = try example()
        let y = try OneNode("NegativeLogLikelihoodLoss", [("reduction", .text("none"))])(inputs[0], inputs[1])
        #expect(try y.floats() == [-3, -2, 0, -2])
        #expect(y.shape.dimensions == [2, 2])
    }

    @Test("The weighted sum, and the mean by weight", arguments: [("sum", -1.1), ("mean", -1.1 / 0.7)])
    func weighted(reduction: String, expected: Double) throws {
        let y = try OneNode("NegativeLogLikelihoodLoss", [("reduction", .text(reduction))]).evaluate(try example())
        #expect(y[0].shape == .scalar)
        #expect(try difference(y[0], [Float(expected)]) == nil)
    }

    @Test("An ignored label counts neither in the sum nor in the mean, and may be none of the classes")
    func ignored() throws {
        let scores = try example()[0]
        let y = try OneNode("NegativeLogLikelihoodLoss", [("ignore_index", .int(-5))])(
            scores, try .ints([2, -5, -5, 2], [2, 2]))
        #expect(try y.floats() == [-2.5])
    }

    @Test("A label that is no class is an error")
    func noClass() throws {
        let scores = try example()[0]
        #expect(throws: BitdepthError.self) {
            try OneNode("NegativeLogLikelihoodLoss")(scores, try .ints([2, 3, 0, 0], [2, 2]))
        }
    }

    @Test("Cross entropy takes the logarithm of the softmax first, and gives it out")
    func crossEntropy() throws {
        let y = try OneNode("SoftmaxCrossEntropyLoss", outputs: 2).evaluate(
            [try .floats([1, 3, 2, 2], [2, 2]), try .ints([0, 1])])
        let first = [1 - log(exp(1.0) + exp(3.0)), 3 - log(exp(1.0) + exp(3.0))]
        #expect(try difference(y[0], [Float((-first[0] + log(2.0)) / 2)]) == nil)
        #expect(
            try difference(y[1], [Float(first[0]), Float(first[1]), Float(-log(2.0)), Float(-log(2.0))]) == nil)
    }

    @Test("The loss has the labels' shape, or none where it is reduced")
    func types() throws {
        let scores = Fact(.float32, PartialShape([.symbol("N"), .known(3), .known(4)]))
        let labels = Fact(.int64, PartialShape([.symbol("N"), .known(4)]))
        let reduced = try OneNode("SoftmaxCrossEntropyLoss", outputs: 2).infer([scores, labels])
        #expect(reduced.map(\.type.shape.description) == ["[]", "[N,3,4]"])
        let each = try OneNode("SoftmaxCrossEntropyLoss", [("reduction", .text("none"))]).infer([scores, labels])
        #expect(each[0].type.shape.description == "[N,4]")
    }
}
