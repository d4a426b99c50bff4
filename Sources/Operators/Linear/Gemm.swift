import BitdepthGraphs
import BitdepthTensors

/// alpha · A' · B' + beta · C, where A' is A `[M, K]` or its transpose, B' is B `[K, N]` or its transpose, and the optional
/// C broadcasts to `[M, N]`.
///
/// Source: ONNX operator specification, Gemm-13.
public struct Gemm: Operator {
    public static let signature = OperatorSignature("Gemm", versions: [1, 6, 7, 9, 11, 13], inputs: 2...3)

    public let alpha: Float
    public let beta: Float
    public let transposesA: Bool
    public let transposesB: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
        beta = try attributes.float("beta", default: 1)
        transposesA = try attributes.flag("transA", default: false)
        transposesB = try attributes.flag("transB", default: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try checkMatrix(a.rank, "A")
        try checkMatrix(b.rank, "B")
        let left = a.dimensions.map { transposesA ? $0.reversed() : $0 } ?? [.unknown, .unknown]
        let right = b.dimensions.map { transposesB ? $0.reversed() : $0 } ?? [.unknown, .unknown]
        return [Fact(a.element, try MatrixProduct.output(PartialShape(left), PartialShape(right)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let c = inputs.optional(2)
        try checkMatrix(a.shape.rank, "A")
        try checkMatrix(b.shape.rank, "B")
        if a.type.isInteger {
            guard let alpha = Int(exactly: alpha), let beta = Int(exactly: beta) else {
                throw BitdepthError(
                    .invalidAttribute, "alpha \(alpha) and beta \(beta) must be whole where the matrices are integers")
            }
            let (sums, shape) = try sums(
                try a.integers(), a.shape, try b.integers(), b.shape, alpha, try c?.integers(), c?.shape, beta)
            return [try Tensor(wrapping: sums, shape: shape, type: a.type)]
        }
        let (sums, shape) = try sums(
            try a.doubles(), a.shape, try b.doubles(), b.shape, Double(alpha), try c?.doubles(), c?.shape, Double(beta))
        return [try Tensor(reals: sums, shape: shape, type: a.type)]
    }

    private func sums<Number: Accumulator>(
        _ a: [Number], _ left: Shape, _ b: [Number], _ right: Shape, _ alpha: Number, _ c: [Number]?, _ added: Shape?,
        _ beta: Number
    ) throws(BitdepthError) -> ([Number], Shape) {
        let (a, left) = transposesA ? try transposed(a, left) : (a, left)
        let (b, right) = transposesB ? try transposed(b, right) : (b, right)
        let product = try MatrixProduct(left, right)
        let raw = try product.multiply(a, b)
        var y = [Number](repeating: .zero, count: raw.count)
        for i in raw.indices { y[i].add(raw[i], times: alpha) }
        if let c, let added {
            let walk = try BroadcastWalk(product.shape, added)
            guard walk.shape == product.shape else {
                throw BitdepthError(.shapeMismatch, "C of shape \(added) does not broadcast to \(product.shape)")
            }
            walk.forEach { to, from in y[to].add(c[from], times: beta) }
        }
        return (y, product.shape)
    }

    private func transposed<Number>(_ values: [Number], _ shape: Shape) throws(BitdepthError) -> ([Number], Shape) {
        let (rows, columns) = (shape[0], shape[1])
        var result: [Number] = []
        result.reserveCapacity(values.count)
        for j in 0..<columns {
            for i in 0..<rows { result.append(values[i * columns + j]) }
        }
        return (result, try Shape([columns, rows]))
    }

    private func checkMatrix(_ rank: Int?, _ name: String) throws(BitdepthError) {
        guard rank == nil || rank == 2 else {
            throw BitdepthError(.shapeMismatch, "input \(name) has rank \(rank ?? 0); Gemm multiplies matrices")
        }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        // Since version 7 C always broadcasts; before, it did where this attribute said so, and matched in shape elsewhere.
        if next == 7 { node.attributes["broadcast"] = nil }
    }

    /// Output channels of B lie on its rows when it is transposed, else on its columns. C is a bias only where nothing
    /// scales product or bias.
    public var quantization: QuantizationRule {
        let isBias = alpha == 1 && beta == 1
        return QuantizationRule(
            inputs: [
                .activation, .weight(axis: transposesB ? 0 : 1), isBias ? .bias(activation: 0, weight: 1) : .untouched,
            ],
            outputs: .calibrated, fusesActivation: true)
    }
}
