import BitdepthGraphs
import BitdepthTensors

/// Walks a graph and evaluates each node by its operator's reference: slow, plain, and the oracle for everything fast.
public struct Interpreter: Sendable {
    public let graph: Graph
    private let operators: [(node: Node, operator: any Operator)]

    /// - Throws: ``BitdepthError/Code/unsupportedOperator``, attribute errors, ``BitdepthError/Code/cycle``.
    public init(_ graph: Graph, catalogue: OperatorCatalogue = .all) throws(BitdepthError) {
        self.graph = graph
        var operators: [(node: Node, operator: any Operator)] = []
        for position in try graph.topologicalOrder() {
            operators.append((graph.nodes[position], try catalogue.decode(graph.nodes[position])))
        }
        self.operators = operators
    }

    /// Values of `wanted` (the graph's outputs when `nil`) for the given inputs.
    public func run(_ inputs: [ValueName: Tensor], wanted: [ValueName]? = nil) throws(BitdepthError) -> [ValueName:
        Tensor]
    {
        var values: [ValueName: Tensor] = inputs
        for (name, tensor) in graph.initializers where values[name] == nil { values[name] = tensor }
        for input in graph.inputs where values[input.name] == nil {
            throw BitdepthError(.badData, "input \"\(input.name)\" is missing", at: .init(tensor: input.name.text))
        }
        for (node, op) in operators {
            let results = try locating(node.place) { () throws(BitdepthError) in
                try op.evaluate(node.inputs.map { $0.flatMap { values[$0] } })
            }
            for (output, result) in zip(node.outputs, results) {
                if let output { values[output] = result }
            }
        }
        var wantedValues: [ValueName: Tensor] = [:]
        for name in wanted ?? graph.outputs.map(\.name) {
            guard let value = values[name] else {
                throw BitdepthError(.invalidGraph, "value \"\(name)\" was not computed", at: .init(tensor: name.text))
            }
            wantedValues[name] = value
        }
        return wantedValues
    }
}
