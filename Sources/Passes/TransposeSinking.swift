import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Moves transposes behind what does not care about the order of axes, until they meet transposes that undo them.
///
/// Models exported from channels-last frameworks hold each convolution between two transposes; what stands between one
/// convolution and the next (bias, activation, residual sum, concatenation) works in either order. No rule makes more
/// transposes than there were.
public struct TransposeSinking: RewritePass {
    public let name = "move transposes"
    public static var rewritesQuantizedGraphs: Bool { false }

    public init() {}

    public static let rewritings = elementwise + structural + [flattened]

    static func transpose(_ x: String = "x", as name: String, shared: Bool = false) -> Pattern {
        .node("Transpose", inputs: [.value(x)], as: name, shared: shared) { Permutation($0) != nil }
    }

    static func permutation(_ match: Match, _ name: String = "transpose") throws(BitdepthError) -> Permutation? {
        Permutation(try match.node(name))
    }

    /// Puts `node`, which reads values from before the transpose, in front of the transpose.
    static func sink(
        _ node: Node, before transpose: Node, perm: [Int]? = nil, _ replacement: inout Replacement
    ) {
        var (node, transpose) = (node, transpose)
        let between = replacement.newName("\(replacement.output)_untransposed")
        node.outputs = [between]
        transpose.inputs = [between]
        transpose.outputs = [replacement.output]
        if let perm { transpose.attributes["perm"] = .ints(perm) }
        replacement.add(node)
        replacement.add(transpose)
    }
}
