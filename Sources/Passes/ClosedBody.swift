import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A body (branch of an If, body of a Loop or Scan) that stands alone while passes run over it: what it captures has become
/// an input of its own, and an initializer where the graph around it has a constant.
///
/// So no pass needs to know about bodies: a captured value is no constant, a captured constant is one, and nothing in the
/// body can be taken for unused.
public struct ClosedBody: Sendable {
    public var graph: Graph
    /// Captured values that stand as inputs.
    private let inputs: Set<ValueName>
    /// Captured constants that stand as initializers.
    private let constants: Set<ValueName>
    private let outputCount: Int

    /// - Parameters:
    ///   - outer: The graph around the body, closed itself where it is a body.
    ///   - facts: What is known of the outer graph's values.
    public init(_ body: Graph, in outer: Graph, facts: [ValueName: Fact]) {
        graph = body
        outputCount = body.outputs.count
        var inputs: Set<ValueName> = []
        var constants: Set<ValueName> = []
        for name in body.capturedValues.sorted() {
            if let constant = outer.constant(name) {
                graph.initializers[name] = constant
                // As an output it has another reader, so that passes change a copy and never the constant itself.
                graph.outputs.append(Graph.Port(name, nil))
                constants.insert(name)
            } else {
                let fact = facts[name]
                graph.inputs.append(Graph.Port(name, fact?.type, kind: fact?.kind ?? .tensor))
                inputs.insert(name)
            }
        }
        self.inputs = inputs
        self.constants = constants
    }

    /// The body as it stands in its node: what it captured it captures again.
    public var opened: Graph {
        var body = graph
        body.inputs.removeAll { inputs.contains($0.name) }
        body.outputs = Array(body.outputs.prefix(outputCount))
        for name in constants { body.initializers[name] = nil }
        return body
    }
}

extension Node {
    /// Lets `change` rewrite each graph that an attribute carries.
    mutating func updateSubgraphs(_ change: (inout Graph) throws(BitdepthError) -> Void) throws(BitdepthError) {
        for (name, attribute) in attributes {
            switch attribute {
            case .graph(var graph):
                try change(&graph)
                attributes[name] = .graph(graph)
            case .graphs(var graphs):
                for index in graphs.indices { try change(&graphs[index]) }
                attributes[name] = .graphs(graphs)
            default: break
            }
        }
    }
}
