import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Finds out types, shapes and small constants of every value of a graph without running it.
public struct ShapeInference: Sendable {
    /// Initializers of up to so many elements are followed through the graph as constants: shapes and indices, mostly.
    public static let largestFollowedConstant = 1024

    /// What is known of each value, those inside bodies included: their names are unique over all graphs of a model.
    ///
    /// Of a value that is computed in every iteration of a loop that is told which is true of all iterations.
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
        try walk(graph, inputs: overrides, outer: outer, tolerant: tolerant, catalogue: catalogue).facts
    }

    /// A finished walk over the graph. See ``facts(of:inputs:outer:tolerant:catalogue:)``.
    ///
    /// - Parameter namesExtents: Whether unknown extents get names of their own, so that equal ones can be told.
    static func walk(
        _ graph: Graph, inputs overrides: [ValueName: TensorType], outer: [ValueName: Fact], tolerant: Bool,
        catalogue: OperatorCatalogue = .all, namesExtents: Bool = false
    ) throws(BitdepthError) -> InferenceWalk {
        let walk = InferenceWalk(tolerant: tolerant, catalogue: catalogue, namesExtents: namesExtents, facts: outer)
        for input in graph.inputs {
            walk.facts[input.name] = try fact(of: input, override: overrides[input.name], in: graph)
            walk.nameExtents(of: input.name)
        }
        try walk.infer(graph, inputs: Set(graph.inputs.map(\.name)))
        return walk
    }

    static func fact(of tensor: Tensor) throws(BitdepthError) -> Fact {
        guard tensor.count <= largestFollowedConstant else { return Fact(TensorType(of: tensor)) }
        return Fact(constant: try tensor.loaded())
    }

    private static func fact(
        of input: Graph.Port, override: TensorType?, in graph: Graph
    ) throws(BitdepthError) -> Fact? {
        // The default of an input says what type it has, not what its elements are: the caller may give others.
        let stated = input.type ?? graph.initializers[input.name].map { TensorType(of: $0) }
        guard let override, let stated else { return (override ?? stated).map { Fact($0, kind: input.kind) } }
        guard stated.admits(override) else {
            throw BitdepthError(
                .badData, "input \"\(input.name)\" is declared as \(stated) and cannot be \(override)",
                at: .init(tensor: input.name.text))
        }
        return Fact(override)
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
