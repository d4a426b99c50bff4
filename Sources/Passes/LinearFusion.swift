import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Makes a Gemm of a MatMul with a constant matrix, where the input is a matrix too and what follows is the Add of a constant
/// vector, which becomes the bias, or a BatchNormalization, which can then fold.
public struct LinearFusion: RewritePass {
    public let name = "fuse matrix product and bias"

    public init() {}

    public static let rewritings = [bias, batchNorm]

    private static let product = Pattern.node(
        "MatMul", inputs: [.value("a"), .constant("b") { $0.shape.rank == 2 && $0.type.isFloatingPoint }], as: "product"
    )

    private static let bias = Rewriting(
        "MatMul + vector", "MatMul(a, b) + c", becomes: "Gemm(a, b, c)",
        when: "a is a matrix, b a constant matrix, c a constant vector or number",
        pattern: .commutative("Add", product, .constant("c")),
        typed: { match, facts, replacement throws(BitdepthError) in
            let columns = try match.constant("b").shape[1]
            let c = try match.constant("c")
            guard
                facts[try match.value("a")]?.rank == 2, let bias = try c.perChannel(columns, rank: 2),
                // Gemm broadcasts a scalar too, but a vector is what every reader of biases expects.
                let vector = try Tensor(finite: bias, shape: Shape.vector(columns), type: c.type)
            else { return false }
            let biasName = replacement.change(try match.value("c"), to: vector)
            replacement.add(try gemm(match, bias: biasName, output: replacement.output))
            return true
        })

    private static let batchNorm = Rewriting(
        "MatMul + BatchNormalization", "BatchNormalization(MatMul(a, b), …)",
        becomes: "BatchNormalization(Gemm(a, b), …)", when: "a is a matrix, b a constant matrix",
        pattern: .node("BatchNormalization", inputs: [product], furtherInputs: true),
        typed: { match, facts, replacement throws(BitdepthError) in
            guard facts[try match.value("a")]?.rank == 2, let between = try match.node("product").output(0) else {
                return false
            }
            replacement.add(try gemm(match, bias: nil, output: between))
            replacement.add(match.root)
            return true
        })

    private static func gemm(_ match: Match, bias: ValueName?, output: ValueName) throws(BitdepthError) -> Node {
        let product = try match.node("product")
        let operands = [try match.value("a"), try match.value("b")]
        return Node(
            "Gemm", name: product.name, inputs: operands + (bias.map { [$0] } ?? []), outputs: [output],
            annotations: product.annotations)
    }
}
