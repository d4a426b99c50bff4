import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// What rewrite rules know of the values of a graph as it was before the first of them was applied.
///
/// Extents that nobody has a name for are named after the value and axis where they appear first, so that two values of
/// the same, unknown, extent can be told from two that may differ.
struct InferredFacts: Sendable {
    private var facts: [ValueName: Fact] = [:]
    private var extents = SymbolicExtents()

    /// Nothing is known.
    init() {}

    /// Nodes that cannot be understood are passed over.
    init(_ graph: Graph) throws(BitdepthError) {
        let walk = try ShapeInference.walk(graph, inputs: [:], outer: [:], tolerant: true, namesExtents: true)
        facts = walk.facts
        extents = walk.extents
    }

    subscript(value: ValueName?) -> Fact? { value.flatMap { facts[$0] } }

    func rank(_ value: ValueName) -> Int? { facts[value]?.rank }
    func dimensions(_ value: ValueName?) -> [Dimension]? { self[value]?.dimensions }

    /// The elements of an integer vector or scalar, as far as they are known, by number or by name.
    func elements(_ value: ValueName) -> [Dimension]? { extents.elements(of: value, facts) }

    /// Whether a result may have the rank of the value it is made from: a constant of one element that has more axes than the
    /// value beside it adds axes to the result, which the fused operator would not.
    func mayKeepRank(_ value: ValueName, _ result: ValueName?) -> Bool {
        guard let rank = rank(value), let other = self[result]?.rank else { return true }
        return rank == other
    }

    /// Whether two values have the same shape for certain.
    func haveSameShape(_ a: ValueName?, _ b: ValueName?) -> Bool {
        guard let a = self[a], let b = self[b] else { return false }
        return a.type.shape.isSame(as: b.type.shape)
    }
}

extension PartialShape {
    /// Whether two shapes are the same for certain: known extents are equal, named ones have the same name.
    func isSame(as other: PartialShape?) -> Bool {
        guard let own = dimensions, let others = other?.dimensions, own.count == others.count else { return false }
        return zip(own, others).allSatisfy { $0 == $1 && $0 != .unknown }
    }
}
