import BitdepthGraphs

extension Node {
    /// Operators that draw random numbers: two runs of a node give two results, so none may be folded or merged.
    private static let randomOperators: Set<OperatorName> = [
        "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike",
    ]

    /// Whether the outputs depend on the inputs alone.
    public var isDeterministic: Bool {
        if Node.randomOperators.contains(op) { return false }
        // Dropout draws only in training, which its third input asks for.
        if op == "Dropout" { return input(2) == nil }
        return subgraphs.isEmpty
    }
}
