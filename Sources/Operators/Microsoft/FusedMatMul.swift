import BitdepthGraphs
import BitdepthTensors

/// alpha · A' · B', where A' and B' are the operands with axes moved: `transA` and `transB` exchange the last two axes,
/// after `transBatchA` and `transBatchB` made the first axis the last but one. Vectors stay as they are.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.FusedMatMul-1.
public struct FusedMatMul: Operator {
    public static let signature = OperatorSignature(.microsoft("FusedMatMul"), versions: [1], inputs: 2...2)

    public let alpha: Float
    public let left: Arrangement
    public let right: Arrangement

    /// How the axes of an operand are moved before the product.
    public struct Arrangement: Sendable, Hashable {
        var transposesMatrix: Bool
        var transposesBatch: Bool

        /// For each axis of the arranged operand, that of the operand.
        public func axes(rank: Int) -> [Int] {
            guard rank >= 2 else { return Array(0..<rank) }
            var axes = transposesBatch ? Array(1..<rank - 1) + [0, rank - 1] : Array(0..<rank)
            if transposesMatrix { axes.swapAt(rank - 1, rank - 2) }
            return axes
        }

        func shape(_ fact: Fact) -> PartialShape {
            PartialShape(fact.dimensions.map { dimensions in axes(rank: dimensions.count).map { dimensions[$0] } })
        }
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
        left = Arrangement(
            transposesMatrix: try attributes.flag("transA", default: false),
            transposesBatch: try attributes.flag("transBatchA", default: false))
        right = Arrangement(
            transposesMatrix: try attributes.flag("transB", default: false),
            transposesBatch: try attributes.flag("transBatchB", default: false))
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [Fact(a.element, try MatrixProduct.output(left.shape(a), right.shape(b)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let (x, y) = (
            try a.permuted(left.axes(rank: a.shape.rank)), try b.permuted(right.axes(rank: b.shape.rank))
        )
        let product = try MatrixProduct(x.shape, y.shape)
        let sums = try product.multiply(try x.doubles(), try y.doubles()).map { $0 * Double(alpha) }
        return [try Tensor(reals: sums, shape: product.shape, type: a.type)]
    }
}

/// The older name of FusedMatMul.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.TransposeMatMul-1.
public struct TransposeMatMul: Operator {
    public static let signature = OperatorSignature(.microsoft("TransposeMatMul"), versions: [1], inputs: 2...2)

    public let product: FusedMatMul

    public init(_ attributes: AttributeReader) throws(BitdepthError) { product = try FusedMatMul(attributes) }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try product.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] { try product.evaluate(inputs) }
}
