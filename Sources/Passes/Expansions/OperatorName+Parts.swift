import BitdepthGraphs

extension OperatorName {
    /// What a fused operator is taken apart into before anything else is decided, in words; `nil` for all others.
    public var parts: String? {
        OperatorExpansion.rewritings.first { $0.rootOperators?.contains(self) ?? false }?.replacement
    }
}
