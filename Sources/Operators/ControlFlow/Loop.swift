import BitdepthGraphs
import BitdepthTensors

/// Runs its body again and again, at most M times and while the condition holds; carries values from one iteration to the
/// next and collects others along a new first axis.
///
/// Inputs: M, the condition, initial carried values. The body takes the iteration's number, the condition and the carried
/// values; it gives the next condition, the next carried values and one slice of each collected output.
///
/// Source: ONNX operator specification, Loop-25.
public struct Loop: ValueOperator {
    public static let signature = OperatorSignature(
        "Loop", versions: [1, 11, 13, 16, 19, 21, 23, 24, 25], inputs: 2...OperatorSignature.anyNumber,
        outputs: 1...OperatorSignature.anyNumber)

    public let carriedCount: Int
    public let collectedCount: Int
    private let collectedTypes: [TensorType?]

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        carriedCount = attributes.inputCount - 2
        collectedCount = attributes.outputCount - carriedCount
        let body = try attributes.body("body", inputs: attributes.inputCount, outputs: 1 + attributes.outputCount)
        guard collectedCount >= 0 else {
            throw attributes.invalid(
                "body", "carries \(carriedCount) values; the node has \(attributes.outputCount) outputs")
        }
        collectedTypes = body.outputs.dropFirst(1 + carriedCount).map(\.type)
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let initial = (0..<carriedCount).map { inputs.optional(2 + $0) }
        let (number, condition) = (Fact(.int64, Shape.scalar), Fact(.bool, Shape.scalar))
        let carried = try CarriedFacts.settled(initial) { facts throws(BitdepthError) in
            Array(try bodies.facts("body", [number, condition] + facts).dropFirst().prefix(carriedCount))
        }
        let collected = try bodies.facts("body", [number, condition] + carried).dropFirst(1 + carriedCount)
        let facts =
            carried
            + collected.map { fact in
                fact.map { Fact($0.element, PartialShape($0.dimensions.map { [.unknown] + $0 })) }
            }
        return facts.knownBeginning
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let limit = try inputs.optional(0)?.tensor("the trip count").integer("the trip count")
        var goesOn = try inputs.optional(1)?.tensor("the condition").truth("the condition") ?? true
        var carried: [Value] = []
        for index in 0..<carriedCount { carried.append(try inputs.required(2 + index, "initial value")) }
        var collected = [[Tensor]](repeating: [], count: collectedCount)
        var iteration = 0
        while goesOn, iteration < limit ?? Int.max {
            guard iteration < Loop.largestTripCount else {
                throw BitdepthError(.limitExceeded, "the loop ran \(iteration) times and did not end")
            }
            let given: [Value] = [.tensor(try Tensor(scalar: Int64(iteration))), .tensor(try Tensor(scalar: true))]
            let results = try bodies.run("body", given + carried)
            guard results.count == 1 + carriedCount + collectedCount else {
                throw BitdepthError(.internal, "the body gave \(results.count) values")
            }
            goesOn = try results[0].tensor("the condition").truth("the condition")
            carried = Array(results[1..<1 + carriedCount])
            for index in 0..<collectedCount {
                collected[index].append(try results[1 + carriedCount + index].tensor("a collected value"))
            }
            iteration += 1
        }
        var outputs = carried
        for (index, slices) in collected.enumerated() {
            outputs.append(.tensor(try Tensor(stacking: slices, along: 0, emptyType: collectedTypes[index])))
        }
        return outputs
    }

    /// A loop without an end must not hang the caller for ever.
    static let largestTripCount = 100_000_000
}
