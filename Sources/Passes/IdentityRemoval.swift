import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Removes nodes that hand on their input as it came.
public struct IdentityRemoval: Pass {
    public let name = "remove identities"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        return try Rewriter.apply(Self.rules(facts), to: &graph)
    }

    private static func rules(_ facts: [ValueName: Fact]) -> [RewriteRule] {
        [
            rule("Identity", .node("Identity", inputs: [.value("x")])),
            rule(
                "Dropout",
                .node("Dropout", inputs: [.value("x"), .optional(.value()), .optional(.constant { isFalse($0) })])),
            rule("merge of one", .node("Concat", "Sum", "Max", "Min", "Mean", inputs: [.value("x")])),
            rule("Transpose", .node("Transpose", inputs: [.value("x")]) { keepsOrder($0) }),
            rule(
                "Pad", .node("Pad", inputs: [.value("x"), .constant { isAll(0, $0) }], furtherInputs: true)),
            rule("Clip", .node("Clip", inputs: [.value("x")])),
            rule("+ 0", .commutative("Add", .value("x"), .constant("neutral") { isAll(0, $0) }), keepsShape(facts)),
            rule("* 1", .commutative("Mul", .value("x"), .constant("neutral") { isAll(1, $0) }), keepsShape(facts)),
            rule("- 0", .node("Sub", inputs: [.value("x"), .constant("neutral") { isAll(0, $0) }]), keepsShape(facts)),
            rule("/ 1", .node("Div", inputs: [.value("x"), .constant("neutral") { isAll(1, $0) }]), keepsShape(facts)),
            rule("Cast", .node("Cast", inputs: [.value("x")])) { match throws(BitdepthError) in
                guard let output = match.root.output(0), let before = facts[try match.value("x")] else { return false }
                return before.element == facts[output]?.element
            },
            rule(
                "shape",
                .node(
                    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", inputs: [.value("x")], furtherInputs: true)
            ) { match throws(BitdepthError) in
                guard let output = match.root.output(0), let before = facts[try match.value("x")] else { return false }
                return before.type.shape.isSame(as: facts[output]?.type.shape)
            },
        ]
    }

    private static func rule(
        _ name: String, _ pattern: Pattern,
        _ condition: @escaping @Sendable (Match) throws(BitdepthError) -> Bool = { _ in true }
    ) -> RewriteRule {
        RewriteRule(name, pattern) { match, replacement throws(BitdepthError) in
            guard try condition(match) else { return false }
            replacement.forward(to: try match.value("x"))
            return true
        }
    }

    /// Whether broadcasting against the neutral constant leaves the shape of `x` alone.
    private static func keepsShape(_ facts: [ValueName: Fact]) -> @Sendable (Match) throws(BitdepthError) -> Bool {
        { match throws(BitdepthError) in
            let neutral = try match.constant("neutral").shape
            if neutral.rank == 0 { return true }
            guard let dimensions = facts[try match.value("x")]?.dimensions, neutral.rank <= dimensions.count else {
                return false
            }
            return zip(neutral.dimensions, dimensions.suffix(neutral.rank)).allSatisfy { $0 == 1 || $1 == .known($0) }
        }
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

extension PartialShape {
    /// Whether two shapes are the same for certain: known extents are equal, named ones have the same name.
    func isSame(as other: PartialShape?) -> Bool {
        guard let own = dimensions, let others = other?.dimensions, own.count == others.count else { return false }
        return zip(own, others).allSatisfy { $0 == $1 && $0 != .unknown }
    }
}
