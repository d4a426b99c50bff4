import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Recognises activations that exporters spelled out and writes them as the one operator that they are.
///
/// Between the parts of an activation nothing must be rounded to 8 bits; as one operator it becomes a table of 256 entries.
public struct ActivationFusion: RewritePass {
    public let name = "fuse activations"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public static let rewritings = bounds + hardSwish + hardSigmoid + gelu + logistic + softplus + softmax

    static let x = Pattern.value("x")

    /// A row that puts one node, which reads the value bound to "x", in the place of the match.
    static func row(
        _ name: String, _ formula: String, becomes op: OperatorName,
        _ attributes: KeyValuePairs<String, Attribute> = [:], since opset: Int, from pattern: Pattern
    ) -> Rewriting {
        let attributes = Array(attributes)
        let spelled = attributes.map { ", \($0.key)" }.joined()
        return Rewriting(
            name, formula, becomes: "\(op.type)(x\(spelled))", since: opset, pattern: pattern,
            typed: { match, facts, replacement throws(BitdepthError) in
                let x = try match.value("x")
                guard facts.mayKeepRank(x, match.root.output(0)) else { return false }
                var node = Node(op, name: match.root.name, inputs: [x], outputs: [replacement.output])
                for (name, value) in attributes { node.attributes[name] = value }
                replacement.add(node)
                return true
            })
    }
}
