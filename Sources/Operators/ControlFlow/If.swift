import BitdepthGraphs
import BitdepthTensors

/// The outputs of one of two bodies, as the only element of the Boolean input says. Bodies take no inputs; they read the
/// values of the graphs around them.
///
/// Source: ONNX operator specification, If-25.
public struct If: ValueOperator {
    public static let signature = OperatorSignature(
        "If", versions: [1, 11, 13, 16, 19, 21, 23, 24, 25], inputs: 1...1, outputs: 1...OperatorSignature.anyNumber)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        for branch in [If.thenBranch, If.elseBranch] {
            let body = try attributes.required(branch, try attributes.graph(branch))
            guard body.outputs.count == attributes.outputCount else {
                throw attributes.invalid(
                    branch, "has \(body.outputs.count) outputs; the node has \(attributes.outputCount)")
            }
        }
    }

    private static let thenBranch = "then_branch"
    private static let elseBranch = "else_branch"

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        if let condition = try inputs.required(0, "cond").constant {
            let taken = try condition.truth("the condition")
            _ = try If.facts(bodies, taken ? If.elseBranch : If.thenBranch)
            return try bodies.facts(taken ? If.thenBranch : If.elseBranch, []).knownBeginning
        }
        guard let whenTrue = try If.facts(bodies, If.thenBranch) else {
            return try bodies.facts(If.elseBranch, []).knownBeginning
        }
        guard let whenFalse = try If.facts(bodies, If.elseBranch) else { return whenTrue.knownBeginning }
        var facts: [Fact?] = []
        for (a, b) in zip(whenTrue, whenFalse) {
            if let a, let b { facts.append(a.joined(b)) } else { facts.append(nil) }
        }
        return facts.knownBeginning
    }

    /// What a branch gives; `nil` where its types contradict each other: it is there for other inputs and never taken.
    private static func facts(_ bodies: any BodyInference, _ branch: String) throws(BitdepthError) -> [Fact?]? {
        do throws(BitdepthError) {
            return try bodies.facts(branch, [])
        } catch {
            guard error.code != .unsupportedOperator else { throw error }
            return nil
        }
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let condition = try inputs.tensor(0, "cond").truth("the condition")
        return try bodies.run(condition ? If.thenBranch : If.elseBranch, [])
    }
}
