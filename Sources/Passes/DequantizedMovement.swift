import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Moves the codes of a dequantized constant instead of its floats, so that what reads the result sees a quantized weight.
///
/// Codes and scales stay as they are; only the axis along which scales are counted gets another number.
public struct DequantizedMovement: RewritePass {
    public let name = "move quantized constants"

    public init() {}

    public static let rewritings = [
        Rewriting(
            "Transpose of quantized constant", "Transpose(DequantizeLinear(q, s, z))",
            becomes: "DequantizeLinear(Transpose(q), s, z)",
            when: "q is constant; one scale for all, or one per channel",
            pattern: .node("Transpose", inputs: [dequantized])
        ) { match, replacement throws(BitdepthError) in
            guard let permutation = Permutation(match.root) else { return false }
            var node = try match.node("dequantize")
            if try match.constant("scale").count != 1 {
                let axis = try AttributeReader(node).int("axis", default: 1)
                let rank = permutation.axes.count
                guard let moved = permutation.axes.firstIndex(of: axis < 0 ? axis &+ rank : axis) else { return false }
                node.attributes["axis"] = .int(moved)
            }
            let codes = try match.constant("codes")
            guard codes.shape.rank == permutation.axes.count else { return false }
            replace(&node, codes: try codes.transposed(permutation.axes), match, &replacement)
            return true
        },
        Rewriting(
            "reshaped quantized constant", "Reshape(DequantizeLinear(q, s, z), shape)",
            becomes: "DequantizeLinear(Reshape(q, shape), s, z)", when: "q and shape are constant, one scale for all",
            pattern: .node(
                "Reshape", "Squeeze", "Unsqueeze", "Flatten", inputs: [dequantized, .optional(.constant("shape"))])
        ) { match, replacement throws(BitdepthError) in
            guard try match.constant("scale").count == 1 else { return false }
            var node = try match.node("dequantize")
            let operands = match.root.input(1) == nil ? [] : [try match.constant("shape")]
            let codes = try match.constant("codes").evaluated(by: match.root, operands)
            replace(&node, codes: codes, match, &replacement)
            return true
        },
    ]

    private static let dequantized = Pattern.node(
        "DequantizeLinear", inputs: [.constant("codes"), .constant("scale"), .optional(.constant("zero"))],
        as: "dequantize", shared: true
    ) { node in
        if case .int(let block)? = node.attributes["block_size"], block != 0 { return false }
        return true
    }

    private static func replace(
        _ node: inout Node, codes: Tensor, _ match: Match, _ replacement: inout Replacement
    ) {
        node.inputs[0] = replacement.add(codes, named: "\(match.root.label)_codes")
        node.outputs = [replacement.output]
        replacement.add(node)
    }
}
