import BitdepthGraphs
import BitdepthTensors

/// Attention taken apart: the product of queries and keys, what is added to it, Softmax, the product with the values.
///
/// Spelled out so, both products become integer kernels.
struct AttentionParts {
    /// `[B, N, S, H]`.
    var query: ValueName
    /// `[B, N, T, H]`.
    var key: ValueName
    /// `[B, N, T, V]`.
    var value: ValueName
    var element: ElementType
    var scale: Double
    /// Added to the scores `[B, N, S, T]`, in this order.
    var biases: [ValueName] = []
    /// Whether a query sees a key, as far as that is to be said again: a query that sees none at all gives zeros.
    var visible: ValueName?
    /// Whether the result has its heads side by side.
    var isPacked = true

    /// Adds the nodes.
    ///
    /// - Returns: `[B, S, N · V]`, or `[B, N, S, V]`, which the last node makes.
    func write(to replacement: inout Replacement, name: String) throws(BitdepthError) -> ValueName {
        let turned = replacement.add("Transpose", [key], ["perm": .ints([0, 1, 3, 2])])
        let products = replacement.add("MatMul", [query, turned], name: "\(name)_scores")
        var scores = replacement.add("Mul", [products, try replacement.number(scale, element)])
        for bias in biases { scores = replacement.add("Add", [scores, bias]) }
        var weights = replacement.add("Softmax", [scores], ["axis": .int(-1)])
        if let visible {
            weights = replacement.add("Where", [visible, weights, try replacement.number(0, element)])
        }
        let mixed = replacement.add("MatMul", [weights, value], name: "\(name)_mixture")
        guard isPacked else { return mixed }
        let rows = replacement.add("Transpose", [mixed], ["perm": .ints([0, 2, 1, 3])])
        return replacement.add("Reshape", [rows, try replacement.integers([0, 0, -1])], name: name)
    }
}
