import BitdepthGraphs
import BitdepthTensors

/// A pass that is nothing but rows of the table of rewritings.
public protocol RewritePass: Pass {
    /// The rows; earlier ones are tried first.
    static var rewritings: [Rewriting] { get }
    /// Rows whose replacement needs a younger operator set than this one are left out.
    var opset: Int { get }
    /// Whether the pass looks at graphs that are quantized already. Passes that move nodes about do not: what stands
    /// between QuantizeLinear and DequantizeLinear was put there on purpose.
    static var rewritesQuantizedGraphs: Bool { get }
}

extension RewritePass {
    public var opset: Int { .max }
    public static var rewritesQuantizedGraphs: Bool { true }

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        let rows = Self.rewritings.filter { $0.opset <= opset }
        let operators = Set(graph.nodes.map(\.op))
        // What one row makes another may take, so all are tried or none.
        guard rows.contains(where: { $0.rootOperators.map { !$0.isDisjoint(with: operators) } ?? true }),
            Self.rewritesQuantizedGraphs || !graph.isQuantized
        else { return 0 }
        let facts = rows.contains(where: \.readsFacts) ? try InferredFacts(graph) : InferredFacts()
        return try Rewriter.apply(rows.map { $0.rule(facts) }, to: &graph)
    }
}

extension Graph {
    /// Whether any value is quantized or dequantized.
    var isQuantized: Bool { nodes.contains { $0.op == "QuantizeLinear" || $0.op == "DequantizeLinear" } }
}
