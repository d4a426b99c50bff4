import BitdepthGraphs
import BitdepthTensors

/// Walks a graph and evaluates each node by its operator's reference: slow, plain, and the oracle for everything fast.
public struct Interpreter: Sendable {
    public let graph: Graph
    private let nodes: [DecodedNode]

    /// Sees every value as it is computed, those of bodies too, once for each time.
    public typealias Observer = (ValueName, Value) throws(BitdepthError) -> Void

    private struct DecodedNode {
        var node: Node
        var op: any Operator
        /// Interpreters of the graphs that the node's attributes hold.
        var bodies: [String: Interpreter]
    }

    /// - Throws: ``BitdepthError/Code/unsupportedOperator``, attribute errors, ``BitdepthError/Code/cycle``.
    public init(_ graph: Graph, catalogue: OperatorCatalogue = .all) throws(BitdepthError) {
        self.graph = graph
        var nodes: [DecodedNode] = []
        for position in try graph.topologicalOrder() {
            let node = graph.nodes[position]
            var bodies: [String: Interpreter] = [:]
            for (name, attribute) in node.attributes {
                if case .graph(let body) = attribute { bodies[name] = try Interpreter(body, catalogue: catalogue) }
            }
            nodes.append(DecodedNode(node: node, op: try catalogue.decode(node), bodies: bodies))
        }
        self.nodes = nodes
    }

    /// Values of `wanted` (the graph's outputs when `nil`) for the given inputs.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for a missing input; what the operators throw, with their nodes.
    public func run(_ inputs: [ValueName: Tensor], wanted: [ValueName]? = nil) throws(BitdepthError) -> [ValueName:
        Tensor]
    {
        var tensors: [ValueName: Tensor] = [:]
        for (name, value) in try run(values: inputs.mapValues(Value.tensor), wanted: wanted) {
            tensors[name] = try value.tensor("value \"\(name)\"")
        }
        return tensors
    }

    /// As ``run(_:wanted:)``, for values of any kind.
    public func run(
        values inputs: [ValueName: Value], wanted: [ValueName]? = nil, observer: Observer? = nil
    ) throws(BitdepthError) -> [ValueName: Value] {
        let values = try walk(inputs, observer)
        var results: [ValueName: Value] = [:]
        for name in wanted ?? graph.outputs.map(\.name) {
            guard let value = values[name] else {
                throw BitdepthError(.invalidGraph, "value \"\(name)\" was not computed", at: .init(tensor: name.text))
            }
            results[name] = value
        }
        return results
    }

    /// Every value of the graph. `given` holds the inputs, and for a body the values of the graphs around it.
    private func walk(_ given: [ValueName: Value], _ observer: Observer?) throws(BitdepthError) -> [ValueName: Value] {
        var values = given
        let inputs = Set(graph.inputs.map(\.name))
        for (name, tensor) in graph.initializers where !inputs.contains(name) || given[name] == nil {
            values[name] = .tensor(tensor)
        }
        for input in graph.inputs where values[input.name] == nil {
            throw BitdepthError(.badData, "input \"\(input.name)\" is missing", at: .init(tensor: input.name.text))
        }
        for decoded in nodes {
            let results = try locating(decoded.node.place) { () throws(BitdepthError) in
                try decoded.op.values(
                    decoded.node.inputs.map { $0.flatMap { values[$0] } },
                    bodies: InterpretedBodies(bodies: decoded.bodies, outer: values, observer: observer))
            }
            for case (let output?, let result) in zip(decoded.node.outputs, results) {
                values[output] = result
                try observer?(output, result)
            }
        }
        return values
    }

    /// The bodies of one node, which see the values of the graphs around them.
    private struct InterpretedBodies: BodyRunner {
        var bodies: [String: Interpreter]
        var outer: [ValueName: Value]
        var observer: Observer?

        func run(_ name: String, _ inputs: [Value]) throws(BitdepthError) -> [Value] {
            guard let body = bodies[name] else {
                throw BitdepthError(.invalidAttribute, "attribute \"\(name)\" is missing; it must be a graph")
            }
            var given = outer
            for (port, value) in zip(body.graph.inputs, inputs) { given[port.name] = value }
            let values = try body.walk(given, observer)
            var outputs: [Value] = []
            for port in body.graph.outputs {
                guard let value = values[port.name] else {
                    throw BitdepthError(.invalidGraph, "output \"\(port.name)\" of the body was not computed")
                }
                outputs.append(value)
            }
            return outputs
        }
    }
}
