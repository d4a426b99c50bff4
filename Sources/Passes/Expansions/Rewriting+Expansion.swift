import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension Rewriting {
    typealias Expand<Op: Operator> =
        @Sendable (Op, Node, InferredFacts, inout Replacement) throws(BitdepthError) -> Bool

    /// A row that takes one node apart.
    ///
    /// A node whose attributes cannot be read stays, so that running the graph says what is wrong with it.
    ///
    /// - Parameters:
    ///   - allOutputs: Whether the replacement makes every output that the node has, and not only the first.
    ///   - expand: Adds the parts, of which the last makes ``Replacement/output`` or has been given that name.
    static func expansion<Op: Operator>(
        of type: Op.Type, _ formula: String, becomes replacement: String, when condition: String = "",
        since opset: Int = 1, allOutputs: Bool = false, expand: @escaping Expand<Op>
    ) -> Rewriting {
        let operatorName = Op.signature.name
        return Rewriting(
            operatorName.description, formula, becomes: replacement, when: condition, since: opset,
            pattern: .node(operatorName, inputs: [], furtherInputs: true, allOutputs: allOutputs),
            typed: { match, facts, replacement throws(BitdepthError) in
                guard let op = (try? OperatorCatalogue.all.decode(match.root)) as? Op else { return false }
                return try expand(op, match.root, facts, &replacement)
            })
    }
}
