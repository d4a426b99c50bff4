import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Removes nodes that hand on their input as it came.
public struct IdentityRemoval: RewritePass {
    public let name = "remove identities"

    public init() {}

    public static let rewritings = [
        row("Identity", "Identity(x)", .node("Identity", inputs: [x])),
        row(
            "Dropout", "Dropout(x)", when: "it does not train",
            .node("Dropout", inputs: [x, .optional(.value()), .optional(.constant { isFalse($0) })])),
        row(
            "merge of one", "Concat(x), Sum(x), Max(x), Min(x), Mean(x)",
            .node("Concat", "Sum", "Max", "Min", "Mean", inputs: [x])),
        row("order kept", "Transpose(x)", when: "perm counts up", .node("Transpose", inputs: [x]) { keepsOrder($0) }),
        row(
            "no padding", "Pad(x, 0)",
            .node("Pad", inputs: [x, .constant { isAll(0, $0) }], furtherInputs: true)),
        row("no bounds", "Clip(x)", .node("Clip", inputs: [x])),
        row("+ 0", "x + 0", .commutative("Add", x, neutral(0)), keepsShape),
        row("· 1", "x · 1", .commutative("Mul", x, neutral(1)), keepsShape),
        row("− 0", "x − 0", .node("Sub", inputs: [x, neutral(0)]), keepsShape),
        row("/ 1", "x / 1", .node("Div", inputs: [x, neutral(1)]), keepsShape),
        row("same type", "Cast(x)", when: "the type stays", .node("Cast", inputs: [x])) {
            match, facts throws(BitdepthError) in
            guard let before = facts[try match.value("x")] else { return false }
            return before.element == facts[match.root.output(0)]?.element
        },
        row(
            "same shape", "Reshape(x), Flatten(x), Squeeze(x), Unsqueeze(x), Expand(x)", when: "the shape stays",
            .node("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", inputs: [x], furtherInputs: true)
        ) { match, facts throws(BitdepthError) in
            facts.haveSameShape(try match.value("x"), match.root.output(0))
        },
    ]

    private typealias Condition = @Sendable (Match, InferredFacts) throws(BitdepthError) -> Bool

    private static let x = Pattern.value("x")

    private static func neutral(_ number: Double) -> Pattern { .constant("neutral") { isAll(number, $0) } }

    private static func row(
        _ name: String, _ formula: String, when condition: String = "", _ pattern: Pattern,
        _ holds: @escaping Condition = { _, _ in true }
    ) -> Rewriting {
        Rewriting(
            name, formula, becomes: "x", when: condition, pattern: pattern,
            typed: { match, facts, replacement throws(BitdepthError) in
                guard try holds(match, facts) else { return false }
                replacement.forward(to: try match.value("x"))
                return true
            })
    }

    /// Whether broadcasting against the neutral constant leaves the shape of `x` alone.
    private static let keepsShape: Condition = { match, facts throws(BitdepthError) in
        let neutral = try match.constant("neutral").shape
        if neutral.rank == 0 { return true }
        guard let dimensions = facts.dimensions(try match.value("x")), neutral.rank <= dimensions.count else {
            return false
        }
        return zip(neutral.dimensions, dimensions.suffix(neutral.rank)).allSatisfy { $0 == 1 || $1 == .known($0) }
    }

    private static func keepsOrder(_ node: Node) -> Bool {
        guard case .ints(let permutation) = node.attributes["perm"] else { return false }
        return permutation == Array(permutation.indices)
    }

    /// Whether every element is `number`. Constants of many elements are not searched: none is written to be neutral.
    private static func isAll(_ number: Double, _ tensor: Tensor) -> Bool {
        guard (1...4096).contains(tensor.count), let elements = try? tensor.doubles() else { return false }
        return elements.allSatisfy { $0 == number }
    }

    private static func isFalse(_ tensor: Tensor) -> Bool {
        guard let elements = try? tensor.integers() else { return false }
        return elements.allSatisfy { $0 == 0 }
    }
}
