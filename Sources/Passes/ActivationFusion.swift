import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Recognises activations that exporters spelled out and writes them as the one operator that they are.
///
/// Nothing is decided by names: only dataflow and constants count, and the float result stays the same to rounding.
public struct ActivationFusion: Pass {
    public let name = "fuse activations"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        return try Rewriter.apply(Self.table(facts).filter { $0.since <= opset }.map(\.rule), to: &graph)
    }

    /// A rewriting, and the version of the operator set that has the operator it makes.
    struct Entry: Sendable {
        var since: Int
        var rule: RewriteRule
    }

    /// Every rewriting: earlier ones are tried first.
    static func table(_ facts: [ValueName: Fact]) -> [Entry] {
        bounds(facts).map { Entry(since: 11, rule: $0) }
            + hardSwish.map { Entry(since: 14, rule: $0) }
            + hardSigmoid.map { Entry(since: 6, rule: $0) }
            + gelu.map { Entry(since: 20, rule: $0) }
    }

    /// A rule that puts one node, which reads the value bound to "x", in the place of the match.
    static func becoming(
        _ op: OperatorName, _ attributes: KeyValuePairs<String, Attribute> = [:], from pattern: Pattern
    ) -> RewriteRule {
        let attributes = Array(attributes)
        return RewriteRule(op.type, pattern) { match, replacement throws(BitdepthError) in
            var node = Node(op, name: match.root.name, inputs: [try match.value("x")], outputs: [replacement.output])
            for (name, value) in attributes { node.attributes[name] = value }
            replacement.add(node)
            return true
        }
    }
}
