import BitdepthGraphs
import BitdepthTensors

/// An operator that has bodies (If, Loop, Scan) or works on sequences and optional values.
///
/// Who runs it (the ``Interpreter``, or the Runtime with compiled bodies) says how bodies are run; the operator says when,
/// and on what.
public protocol ValueOperator: Operator {
    /// Facts of the outputs; `bodies` tells what bodies give for what is known of their inputs.
    func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact]

    /// The outputs for concrete inputs.
    func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value]
}

/// Runs the graphs that a node's attributes hold.
public protocol BodyRunner {
    /// The outputs of the graph in attribute `name` for its inputs, by position.
    func run(_ name: String, _ inputs: [Value]) throws(BitdepthError) -> [Value]
}

/// Tells what comes out of the graphs that a node's attributes hold.
public protocol BodyInference {
    /// Facts of the outputs of the graph in attribute `name`; `nil` for those of which nothing is known.
    func facts(_ name: String, _ inputs: [Fact?]) throws(BitdepthError) -> [Fact?]
}

/// For operators without bodies.
public struct NoBodies: BodyRunner, BodyInference {
    public init() {}

    public func run(_ name: String, _ inputs: [Value]) throws(BitdepthError) -> [Value] {
        throw BitdepthError(.internal, "the body \"\(name)\" cannot be run here")
    }

    public func facts(_ name: String, _ inputs: [Fact?]) throws(BitdepthError) -> [Fact?] { [] }
}

extension [Fact?] {
    /// What an operator may tell of its outputs: facts stand in their order, so they end before the first output of which
    /// nothing is known.
    var knownBeginning: [Fact] { self.prefix { $0 != nil }.compactMap { $0 } }
}

extension ValueOperator {
    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try infer(inputs, bodies: NoBodies()) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let values = try evaluate(inputs.map { $0.map(Value.tensor) }, bodies: NoBodies())
        var tensors: [Tensor] = []
        for (index, value) in values.enumerated() { tensors.append(try value.tensor("output \(index)")) }
        return tensors
    }
}

extension Operator {
    /// The outputs for concrete inputs of any kind.
    public func values(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        if let op = self as? any ValueOperator { return try op.evaluate(inputs, bodies: bodies) }
        var tensors: [Tensor?] = []
        for (index, input) in inputs.enumerated() { tensors.append(try input?.tensor("input \(index)")) }
        return try evaluate(tensors).map(Value.tensor)
    }

    /// Facts of the outputs, for operators with bodies and without.
    public func facts(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        if let op = self as? any ValueOperator { return try op.infer(inputs, bodies: bodies) }
        return try infer(inputs)
    }
}
