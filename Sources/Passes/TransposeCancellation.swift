import BitdepthGraphs
import BitdepthTensors

/// Makes one Transpose of two that follow each other, or none where the second undoes the first.
public struct TransposeCancellation: Pass {
    public let name = "cancel transposes"

    public init() {}

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int { try Rewriter.apply([Self.rule], to: &graph) }

    // The first stays where others read it; what nobody reads any more goes as dead code.
    static let rule = RewriteRule(
        "Transpose + Transpose",
        .node("Transpose", inputs: [.node("Transpose", inputs: [.value("x")], as: "first", shared: true)])
    ) { match, replacement throws(BitdepthError) in
        guard
            case .ints(let first) = try match.node("first").attributes["perm"],
            case .ints(let second) = match.root.attributes["perm"],
            first.count == second.count, second.allSatisfy(first.indices.contains)
        else { return false }
        let x = try match.value("x")
        let combined = second.map { first[$0] }
        if combined == Array(combined.indices) {
            replacement.forward(to: x)
        } else {
            var node = match.root
            node.inputs = [x]
            node.attributes["perm"] = .ints(combined)
            replacement.add(node)
        }
        return true
    }
}
