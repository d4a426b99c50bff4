import BitdepthTensors

/// What a part of a graph must look like: a small tree of nodes, constants and arbitrary values, written as data.
///
/// A pattern describes one *value* and, through it, what produced it. Names given with `as:` are bound in the match; a
/// name that appears twice must be the same value both times, which is how a pattern says that two branches meet.
///
/// ```swift
/// let x = Pattern.value("x")
/// let silu = Pattern.commutative("Mul", x, .node("Sigmoid", [x]))
/// ```
public struct Pattern: Sendable {
    indirect enum Form: Sendable {
        case value
        case constant(@Sendable (Tensor) -> Bool)
        case node(NodePattern)
        case either([Pattern])
        case optional(Pattern)
    }

    let form: Form
    /// What the matched value is called in the match.
    let name: String?
}

/// One node of a pattern.
struct NodePattern: Sendable {
    var operators: Set<OperatorName>
    var inputs: [Pattern]
    /// Whether the node may have more inputs than `inputs` describes.
    var allowsFurtherInputs: Bool
    /// Whether the two inputs may stand in either order.
    var isCommutative: Bool
    /// Whether the node stays where it is, so that others may use its output too.
    var isShared: Bool
    /// Whether a replacement makes all outputs of the node, which is the root, and not only the first.
    var givesAllOutputs: Bool
    /// What the matched node is called in the match.
    var name: String?
    var condition: @Sendable (Node) -> Bool
}

extension Pattern {
    /// Any value.
    public static func value(_ name: String? = nil) -> Pattern { Pattern(form: .value, name: name) }

    /// An initializer that no caller can override, whose elements satisfy `condition`.
    public static func constant(
        _ name: String? = nil, where condition: @escaping @Sendable (Tensor) -> Bool = { _ in true }
    ) -> Pattern {
        Pattern(form: .constant(condition), name: name)
    }

    /// A constant of one element that equals `number` to within `tolerance`, relative to its magnitude (absolute for 0); a
    /// 16-bit float to within its own rounding.
    public static func scalar(_ number: Double, tolerance: Double = 1e-6, as name: String? = nil) -> Pattern {
        constant(name) { tensor in
            guard tensor.count == 1, let element = (try? tensor.doubles())?.first else { return false }
            let rounding =
                switch tensor.type {
                case .float16: 0x1p-11
                case .bfloat16: 0x1p-8
                default: 0.0
                }
            return abs(element - number) <= (number == 0 ? tolerance : max(tolerance, rounding) * abs(number))
        }
    }

    /// The first output of a node of one of `operators` with these inputs.
    ///
    /// - Parameters:
    ///   - name: What the match calls the node.
    ///   - furtherInputs: Whether the node may have inputs beyond those that are described.
    ///   - shared: Whether the node stays in the graph, so that its output may have other users.
    ///   - allOutputs: Whether the replacement makes all outputs of the node, which must be the root, so that its further
    ///     outputs may have users.
    ///   - condition: What else must hold of the node, its attributes mostly.
    public static func node(
        _ operators: OperatorName..., inputs: [Pattern], as name: String? = nil, furtherInputs: Bool = false,
        shared: Bool = false, allOutputs: Bool = false,
        where condition: @escaping @Sendable (Node) -> Bool = { _ in true }
    ) -> Pattern {
        let node = NodePattern(
            operators: Set(operators), inputs: inputs, allowsFurtherInputs: furtherInputs, isCommutative: false,
            isShared: shared, givesAllOutputs: allOutputs, name: name, condition: condition)
        return Pattern(form: .node(node), name: nil)
    }

    /// A node of two inputs that may stand in either order.
    public static func commutative(_ op: OperatorName, _ first: Pattern, _ second: Pattern, as name: String? = nil)
        -> Pattern
    {
        let node = NodePattern(
            operators: [op], inputs: [first, second], allowsFurtherInputs: false, isCommutative: true, isShared: false,
            givesAllOutputs: false, name: name, condition: { _ in true })
        return Pattern(form: .node(node), name: nil)
    }

    /// Whichever of several spellings is there; the first that fits is tried first.
    public static func either(_ patterns: Pattern...) -> Pattern { Pattern(form: .either(patterns), name: nil) }
    public static func either(_ patterns: [Pattern]) -> Pattern { Pattern(form: .either(patterns), name: nil) }

    /// An input that may be left out.
    public static func optional(_ pattern: Pattern) -> Pattern { Pattern(form: .optional(pattern), name: nil) }

    /// Three factors (or summands) under two nodes of a commutative and associative operator, in every grouping and order.
    public static func triple(_ op: OperatorName, _ a: Pattern, _ b: Pattern, _ c: Pattern) -> Pattern {
        either(
            commutative(op, commutative(op, a, b), c), commutative(op, commutative(op, a, c), b),
            commutative(op, commutative(op, b, c), a))
    }

    /// The operators that a node matching this pattern can be of; `nil` when it need not be a node at all.
    public var rootOperators: Set<OperatorName>? {
        switch form {
        case .node(let node): return node.operators
        case .either(let patterns):
            var union: Set<OperatorName> = []
            for pattern in patterns {
                guard let operators = pattern.rootOperators else { return nil }
                union.formUnion(operators)
            }
            return union
        default: return nil
        }
    }
}
