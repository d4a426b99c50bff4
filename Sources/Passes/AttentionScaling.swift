import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Brings the scale of attention's scores, wherever an exporter put it, into the weights of a projection.
///
/// Attention stays, or becomes (``OperatorExpansion``), MatMul, Softmax and MatMul: both products become integer kernels,
/// which one node that hides them could not, and masks of −∞ stay what they are. What is brought into one form is the
/// scale: as a node of its own it would be one more rounding to 8 bits, in front of the product even on both sides.
///
/// Projections of query, key and value that are one product stay one: it is the faster product, and what it makes is split
/// before anything else is decided. Their scale is at least brought into one place.
public struct AttentionScaling: RewritePass {
    public let name = "fold attention scales"
    public static var rewritesQuantizedGraphs: Bool { false }

    public init() {}

    public static let rewritings: [Rewriting] = [
        row(
            "factor on a projection", "move(x·W + b)·c", becomes: "move(x·(W·c) + b·c)",
            pattern: .commutative("Mul", Projection.chain, factor), divides: false),
        row(
            "divisor of a projection", "move(x·W + b)/c", becomes: "move(x·(W/c) + b/c)",
            pattern: .node("Div", inputs: [Projection.chain, factor]), divides: true),
        row(
            "factor on scores", "MatMul(move(x·W + b), k)·c", becomes: "MatMul(move(x·(W·c) + b·c), k)",
            pattern: .commutative("Mul", scores, factor), divides: false),
        row(
            "divisor of scores", "MatMul(move(x·W + b), k)/c", becomes: "MatMul(move(x·(W/c) + b/c), k)",
            pattern: .node("Div", inputs: [scores, factor]), divides: true),
        row(
            "factor on the other side", "MatMul(move(x·W + b), k·c)", becomes: "MatMul(move(x·(W·c) + b·c), k)",
            pattern: .node(
                "MatMul",
                inputs: [Projection.chain, turned(.commutative("Mul", .value("key"), factor, as: "scaled"))],
                as: "scores"), divides: false),
        bothSides,
    ]

    private static let factor = Pattern.constant("factor") { $0.count == 1 && $0.type.isFloatingPoint }

    /// The product of a projection with anything, on either side.
    private static let scores = Pattern.either(
        .node("MatMul", inputs: [Projection.chain, .value("key")], as: "scores"),
        .node("MatMul", inputs: [.value("query"), Projection.chain], as: "scores"))

    private static func row(
        _ name: String, _ formula: String, becomes replacement: String, pattern: Pattern, divides: Bool
    ) -> Rewriting {
        Rewriting(
            name, formula, becomes: replacement,
            when: "c is a number, W and b are constant, move is up to three of Reshape, Transpose, Unsqueeze, Squeeze",
            pattern: pattern,
            typed: { match, facts, replacement throws(BitdepthError) in
                guard try keepsShape(match, facts), let factor = try match.constant("factor").doubles().first,
                    var projection = try Projection(match, times: divides ? 1 / factor : factor)
                else { return false }
                if let scores = match.optionalNode("scores") {
                    for node in try withoutFactor(scores, match, key: match.optionalValue("key")) {
                        projection.append(node)
                    }
                }
                projection.replace(in: &replacement)
                return true
            })
    }

    /// The right operand of a product, or its transpose.
    private static func turned(_ operand: Pattern) -> Pattern {
        .either(operand, .node("Transpose", inputs: [operand], as: "turned"))
    }

    /// The product, its right operand without the factor that was on it.
    private static func withoutFactor(
        _ product: Node, _ match: Match, key: ValueName?
    ) throws(BitdepthError) -> [Node] {
        guard match.optionalNode("scaled") != nil, let key else { return [product] }
        var (product, transpose) = (product, match.optionalNode("turned"))
        guard transpose != nil else {
            product.inputs[1] = key
            return [product]
        }
        transpose?.inputs[0] = key
        return [transpose, product].compactMap { $0 }
    }

    /// Whether what the number is applied to has the shape of the result.
    private static func keepsShape(_ match: Match, _ facts: InferredFacts) throws(BitdepthError) -> Bool {
        if try match.constant("factor").shape.rank == 0 { return true }
        if let scaled = match.optionalNode("scaled") {
            return facts.haveSameShape(try match.value("key"), scaled.output(0))
        }
        let operand = match.optionalNode("scores") ?? Projection.last(of: match)
        return facts.haveSameShape(operand?.output(0), match.root.output(0))
    }

    private static func scaled(_ value: String, by factor: String, as name: String? = nil) -> Pattern {
        .commutative(
            "Mul", .value(value), .constant(factor) { $0.shape.rank == 0 && $0.type.isFloatingPoint }, as: name)
    }

    private static let bothSides = Rewriting(
        "factors on both sides", "MatMul(a·c, b·d)", becomes: "MatMul(a, b)·(c·d)",
        when: "c and d are numbers, a and b are not constant",
        pattern: .node("MatMul", inputs: [scaled("a", by: "c"), turned(scaled("b", by: "d", as: "scaled"))])
    ) { match, replacement throws(BitdepthError) in
        let (c, d) = (try match.constant("c"), try match.constant("d"))
        guard match.optionalConstant("a") == nil, match.optionalConstant("b") == nil, c.type == d.type,
            let product = try Tensor(finite: [c.doubles()[0] * d.doubles()[0]], shape: .scalar, type: c.type)
        else { return false }
        var node = match.root
        let scores = replacement.newName("\(replacement.output)_unscaled")
        node.inputs[0] = try match.value("a")
        node.outputs = [scores]
        for node in try withoutFactor(node, match, key: try match.value("b")) { replacement.add(node) }
        let factor = replacement.add(product, named: "\(match.root.label)_scale")
        replacement.add(Node("Mul", inputs: [scores, factor], outputs: [replacement.output]))
        return true
    }
}
