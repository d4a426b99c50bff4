import BitdepthGraphs
import BitdepthTensors

/// One row of the table of rewritings: what is recognised, what must hold beside, and what takes its place.
///
/// Nothing is decided by names: only dataflow, attributes and constants count, and the float result stays the same to
/// rounding.
public struct Rewriting: Sendable {
    public let name: String
    /// What is recognised, as a formula: every order of operands and every spelling that the rule knows is meant.
    public let pattern: String
    /// What must hold beside the pattern; empty where nothing else must.
    public let condition: String
    /// What takes the place of the pattern.
    public let replacement: String
    /// The version of ONNX's operator set that has every operator of the replacement.
    public let opset: Int
    /// Operators of which one must be there for the rule to apply; `nil` where any may be.
    let rootOperators: Set<OperatorName>?
    /// Whether the rule asks for types and shapes.
    let readsFacts: Bool
    let rule: @Sendable (InferredFacts) -> RewriteRule

    typealias Rewrite = @Sendable (Match, inout Replacement) throws(BitdepthError) -> Bool
    typealias TypedRewrite = @Sendable (Match, InferredFacts, inout Replacement) throws(BitdepthError) -> Bool

    /// A rule that looks at the match alone.
    init(
        _ name: String, _ formula: String, becomes replacement: String, when condition: String = "",
        since opset: Int = 1, pattern: Pattern, rewrite: @escaping Rewrite
    ) {
        self.name = name
        self.pattern = formula
        self.condition = condition
        self.replacement = replacement
        self.opset = opset
        rootOperators = pattern.rootOperators
        readsFacts = false
        rule = { _ in RewriteRule(name, pattern, rewrite: rewrite) }
    }

    /// A rule that also asks for what is known of the graph's values.
    init(
        _ name: String, _ formula: String, becomes replacement: String, when condition: String = "",
        since opset: Int = 1, pattern: Pattern, typed rewrite: @escaping TypedRewrite
    ) {
        self.name = name
        self.pattern = formula
        self.condition = condition
        self.replacement = replacement
        self.opset = opset
        rootOperators = pattern.rootOperators
        readsFacts = true
        rule = { facts in
            RewriteRule(name, pattern) { match, replacement throws(BitdepthError) in
                try rewrite(match, facts, &replacement)
            }
        }
    }
}

extension Rewriting: CustomStringConvertible {
    public var description: String {
        let condition = condition.isEmpty ? "" : ", where \(condition)"
        return "\(name): \(pattern) → \(replacement)\(condition) (operator set \(opset))"
    }
}
