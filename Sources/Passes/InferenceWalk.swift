import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Collects the facts of a graph and of the bodies inside it. A class, because bodies are walked from inside operators.
final class InferenceWalk {
    private let tolerant: Bool
    private let catalogue: OperatorCatalogue
    /// Whether extents that nobody has a name for are named after the value and axis where they appear first.
    private let namesExtents: Bool
    var facts: [ValueName: Fact]
    private(set) var extents = SymbolicExtents()

    init(tolerant: Bool, catalogue: OperatorCatalogue, namesExtents: Bool = false, facts: [ValueName: Fact]) {
        self.tolerant = tolerant
        self.catalogue = catalogue
        self.namesExtents = namesExtents
        self.facts = facts
    }

    /// Adds the facts of everything that the graph computes. Those of its inputs are there already.
    func infer(_ graph: Graph, inputs: Set<ValueName>) throws(BitdepthError) {
        for (name, tensor) in graph.initializers where !inputs.contains(name) {
            facts[name] = try ShapeInference.fact(of: tensor)
        }
        for position in try graph.topologicalOrder() {
            let node = graph.nodes[position]
            let found = try outputs(of: node)
            for case let (index, output?) in node.outputs.enumerated() {
                facts[output] = index < found.count ? found[index] : graph.valueTypes[output].map { Fact($0) }
            }
            extents.follow(node, &facts)
            for case let output? in node.outputs { nameExtents(of: output) }
        }
    }

    /// Gives extents of which nothing is known a name of their own, where that is wanted.
    func nameExtents(of value: ValueName) {
        guard namesExtents, let dimensions = facts[value]?.dimensions, dimensions.contains(.unknown) else { return }
        let named = dimensions.enumerated().map { $1 == .unknown ? ExtentName.own(value, axis: $0) : $1 }
        facts[value]?.type.shape = PartialShape(named)
    }

    private func outputs(of node: Node) throws(BitdepthError) -> [Fact] {
        if tolerant && catalogue[node.op] == nil { return [] }
        let op = try catalogue.decode(node)
        var inputs: [Fact?] = []
        for input in node.inputs {
            guard let input else {
                inputs.append(nil)
                continue
            }
            // `nil` would say that the input is left out; of one whose type is unknown nothing can be concluded.
            guard let fact = facts[input] else { return [] }
            inputs.append(fact)
        }
        return try locating(node.place) { () throws(BitdepthError) in
            try op.facts(inputs, bodies: Bodies(walk: self, node: node))
        }
    }

    /// The bodies of one node, whose values see those of the graphs around them.
    private struct Bodies: BodyInference {
        let walk: InferenceWalk
        let node: Node

        func facts(_ name: String, _ inputs: [Fact?]) throws(BitdepthError) -> [Fact?] {
            guard case .graph(let body)? = node.attributes[name] else {
                throw BitdepthError(.invalidAttribute, "attribute \"\(name)\" is missing; it must be a graph")
            }
            for (port, fact) in zip(body.inputs, inputs) {
                walk.facts[port.name] = fact ?? port.type.map { Fact($0, kind: port.kind) }
                walk.nameExtents(of: port.name)
            }
            try walk.infer(body, inputs: Set(body.inputs.prefix(inputs.count).map(\.name)))
            return body.outputs.map { port in
                (walk.facts[port.name] ?? port.type.map { Fact($0, kind: port.kind) }).map(ExtentName.withoutOwn)
            }
        }
    }
}
