import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

/// Runs `pass` and checks that the graph stays valid, keeps its outputs, and computes the same to 1e-5 of max|y|.
///
/// - Returns: The rewritten graph, and how many places changed.
@discardableResult
func expectUnchanged(
    _ graph: Graph, by pass: (inout Graph) throws -> Int, inputs: [ValueName: Tensor]? = nil, seed: UInt64 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> (graph: Graph, changes: Int) {
    var rewritten = graph
    let changes = try pass(&rewritten)
    try rewritten.validate()
    #expect(rewritten.outputs == graph.outputs, sourceLocation: sourceLocation)
    #expect(rewritten.inputs == graph.inputs, sourceLocation: sourceLocation)
    #expect(
        (changes == 0) == (rewritten == graph), "the count does not tell whether something changed",
        sourceLocation: sourceLocation)
    if rewritten == graph { return (rewritten, changes) }
    let inputs = try inputs ?? randomInputs(of: graph, seed: seed)
    let before = try Interpreter(graph).run(inputs)
    let after = try Interpreter(rewritten).run(inputs)
    for output in graph.outputs {
        let expected = try #require(before[output.name])
        let found = try #require(after[output.name])
        #expect(expected.shape == found.shape, sourceLocation: sourceLocation)
        #expect(expected.type == found.type, sourceLocation: sourceLocation)
        let y = try expected.doubles()
        let z = try found.doubles()
        let bound = 1e-5 * (y.map(abs).max() ?? 0)
        let first = zip(y, z).enumerated().first { !(abs($0.element.0 - $0.element.1) <= bound) }
        #expect(
            first == nil,
            "output \(output.name) differs first at \(first?.offset ?? 0): \(first?.element.0 ?? 0) became \(first?.element.1 ?? 0)",
            sourceLocation: sourceLocation)
    }
    return (rewritten, changes)
}

@discardableResult
func expectUnchanged(
    _ graph: Graph, by pass: some Pass, inputs: [ValueName: Tensor]? = nil, seed: UInt64 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> (graph: Graph, changes: Int) {
    try expectUnchanged(graph, by: { try pass.run(&$0) }, inputs: inputs, seed: seed, sourceLocation: sourceLocation)
}

/// Random values for inputs whose shapes are all known.
func randomInputs(of graph: Graph, seed: UInt64) throws -> [ValueName: Tensor] {
    var numbers = SeededNumbers(seed: seed ^ 0xDA7A)
    var inputs: [ValueName: Tensor] = [:]
    for input in graph.inputs {
        let type = try #require(input.type)
        let shape = try #require(type.shape.shape)
        inputs[input.name] = try Tensor(
            floats: numbers.floats(shape.count, in: -3...3), shape: shape, type: type.element)
    }
    return inputs
}

extension Graph {
    /// Operators in the order of the nodes.
    var operators: [String] { nodes.map(\.op.type) }
    /// The elements of a constant.
    func floats(of name: ValueName?) throws -> [Float] {
        let name = try #require(name)
        return try #require(constant(name)).floats()
    }

    /// A constant; `nil` where there is none.
    func constant(of name: ValueName?) -> Tensor? { name.flatMap { constant($0) } }

    func count(of op: OperatorName) -> Int { nodes.count { $0.op == op } }
}
