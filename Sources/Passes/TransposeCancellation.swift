import BitdepthGraphs
import BitdepthTensors

/// Makes one Transpose of two that follow each other, or none where the second undoes the first.
public struct TransposeCancellation: RewritePass {
    public let name = "cancel transposes"

    public init() {}

    public static let rewritings = [rule]

    // The first stays where others read it; what nobody reads any more goes as dead code.
    private static let rule = Rewriting(
        "Transpose + Transpose", "Transpose(Transpose(x, p), q)", becomes: "Transpose(x, p∘q), or x",
        pattern: .node("Transpose", inputs: [.node("Transpose", inputs: [.value("x")], as: "first", shared: true)])
    ) { match, replacement throws(BitdepthError) in
        guard let first = Permutation(try match.node("first")), let second = Permutation(match.root),
            first.axes.count == second.axes.count
        else { return false }
        let x = try match.value("x")
        let combined = second.axes.map { first.axes[$0] }
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

/// The order in which a Transpose takes axes: output axis `i` is input axis `axes[i]`.
struct Permutation: Equatable {
    let axes: [Int]

    /// `nil` where the node does not say its order, or what it says is no order.
    init?(_ node: Node) {
        guard case .ints(let axes)? = node.attributes["perm"], axes.sorted() == Array(axes.indices) else { return nil }
        self.axes = axes
    }

    private init(axes: [Int]) { self.axes = axes }

    /// The order that undoes this one.
    var inverse: Permutation {
        var axes = axes
        for (output, input) in self.axes.enumerated() { axes[input] = output }
        return Permutation(axes: axes)
    }

    /// What is said of the axes of an output, said of the axes of the input.
    func inputAxis(_ axis: Int) -> Int? {
        let axis = axis < 0 ? axis + axes.count : axis
        return axes.indices.contains(axis) ? axes[axis] : nil
    }

    /// A constant that broadcasts against the output, so that it broadcasts against the input; `nil` where it cannot.
    func beforeTranspose(_ constant: Tensor) throws(BitdepthError) -> Tensor? {
        guard constant.shape.rank <= axes.count else { return nil }
        if constant.count == 1 { return constant }
        let padded = [Int](repeating: 1, count: axes.count - constant.shape.rank) + constant.shape.dimensions
        return try constant.reshaped(to: Shape(padded)).transposed(inverse.axes)
    }
}
