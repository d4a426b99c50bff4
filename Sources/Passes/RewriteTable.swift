/// Every rewriting that passes know, in the order in which the standard pipeline tries them.
public enum RewriteTable {
    /// The rows, with the name of the pass that applies each.
    public static let rows: [(pass: String, rewriting: Rewriting)] =
        passes.flatMap { pass in type(of: pass).rewritings.map { (pass.name, $0) } }

    static let passes: [any RewritePass] = [
        OperatorExpansion(), IdentityRemoval(), ReshapeFusion(), TransposeCancellation(), TransposeSinking(),
        PadIntoConv(),
        LinearFusion(), BatchNormFolding(), ConvMulScale(), ConvAddBias(), ActivationFusion(), NormalizationFusion(),
        PoolFusion(),
        AttentionScaling(), DequantizedMovement(),
    ]

    /// The table as text, one row a line.
    public static var description: String {
        rows.map { "\($0.pass): \($0.rewriting)" }.joined(separator: "\n")
    }
}
