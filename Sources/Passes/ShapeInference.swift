import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Finds out types, shapes and small constants of every value of a graph without running it.
public struct ShapeInference: Sendable {
    /// Initializers of up to so many elements are followed through the graph as constants: shapes and indices, mostly.
    public static let largestFollowedConstant = 1024

    /// What is known of each value.
    ///
    /// - Parameters:
    ///   - inputs: Types that take precedence over those that the graph states for its inputs: this is how dynamic
    ///     shapes are fixed.
    ///   - outer: Facts of the graphs around this one, which a subgraph may read.
    ///   - tolerant: Whether a node whose operator is not supported is passed over. Its outputs have the types that the file
    ///     states for them, if any.
    /// - Returns: Facts by name. Values of which not even the element type is known are missing.
    /// - Throws: ``BitdepthError/Code/unsupportedOperator`` unless `tolerant`; attribute and shape errors with the node's
    ///   place; ``BitdepthError/Code/badData`` for an override that contradicts the graph.
    public static func facts(
        of graph: Graph, inputs overrides: [ValueName: TensorType] = [:], outer: [ValueName: Fact] = [:],
        tolerant: Bool = false, catalogue: OperatorCatalogue = .all
    ) throws(BitdepthError) -> [ValueName: Fact] {
        var facts = outer
        for (name, tensor) in graph.initializers { facts[name] = try fact(of: tensor) }
        for input in graph.inputs {
            facts[input.name] = try fact(of: input, override: overrides[input.name], in: graph)
        }
        for position in try graph.topologicalOrder() {
            let node = graph.nodes[position]
            for (output, fact) in try outputs(of: node, facts, tolerant: tolerant, catalogue) { facts[output] = fact }
            for case let output? in node.outputs where facts[output] == nil {
                facts[output] = graph.valueTypes[output].map { Fact($0) }
            }
        }
        return facts
    }

    private static func fact(of tensor: Tensor) throws(BitdepthError) -> Fact {
        guard tensor.count <= largestFollowedConstant else { return Fact(TensorType(of: tensor)) }
        return Fact(constant: try tensor.loaded())
    }

    private static func fact(
        of input: Graph.Port, override: TensorType?, in graph: Graph
    ) throws(BitdepthError) -> Fact? {
        // The default of an input says what type it has, not what its elements are: the caller may give others.
        let stated = input.type ?? graph.initializers[input.name].map { TensorType(of: $0) }
        guard let override, let stated else { return (override ?? stated).map { Fact($0) } }
        guard stated.admits(override) else {
            throw BitdepthError(
                .badData, "input \"\(input.name)\" is declared as \(stated) and cannot be \(override)",
                at: .init(tensor: input.name.text))
        }
        return Fact(override)
    }

    private static func outputs(
        of node: Node, _ facts: [ValueName: Fact], tolerant: Bool, _ catalogue: OperatorCatalogue
    ) throws(BitdepthError) -> [(ValueName, Fact)] {
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
        let results = try locating(node.place) { () throws(BitdepthError) in try op.infer(inputs) }
        return zip(node.outputs, results).compactMap { output, fact in output.map { ($0, fact) } }
    }
}

extension TensorType {
    /// Whether a value of type `other` may stand where this type is declared: unknown and named extents admit any.
    func admits(_ other: TensorType) -> Bool {
        guard element == other.element else { return false }
        guard let own = shape.dimensions, let others = other.shape.dimensions else { return true }
        guard own.count == others.count else { return false }
        return zip(own, others).allSatisfy { mine, theirs in
            guard let mine = mine.value, let theirs = theirs.value else { return true }
            return mine == theirs
        }
    }
}
