import BitdepthGraphs
import BitdepthTensors

/// x · Φ(x), Φ the normal distribution function: ONNX's Gelu before it was ONNX's.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.Gelu-1.
public struct ContribGelu: UnaryOperator {
    public static let signature = OperatorSignature.unary(.microsoft("Gelu"), [1])
    private let gelu: Gelu
    public init(_ attributes: AttributeReader) { gelu = Gelu(approximation: .none) }
    public func apply(_ x: Double) -> Double { gelu.apply(x) }
}

/// Gelu approximated by tanh, of X and an optional bias that broadcasts to it.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.FastGelu-1.
public struct FastGelu: Operator {
    public static let signature = OperatorSignature(.microsoft("FastGelu"), versions: [1], inputs: 1...2)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        [try Gelu(approximation: .tanh).evaluate(try inputs.required(0, "X"), bias: inputs.optional(1))]
    }

    public var quantization: QuantizationRule { .unary }
}

/// Gelu of the sum of A and a vector B of the length of its last axis.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.BiasGelu-1.
public struct BiasGelu: Operator {
    public static let signature = OperatorSignature(.microsoft("BiasGelu"), versions: [1], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "A").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let b = try inputs.required(1, "B")
        return [try Gelu(approximation: .none).evaluate(try inputs.required(0, "A"), bias: b)]
    }

    public var quantization: QuantizationRule { .unary }
}

/// The left half of the last axis times Gelu of the right half, after a bias: X `[N, S, D]`, bias `[D]` → `[N, S, D/2]`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.BiasSplitGelu-1.
public struct BiasSplitGelu: Operator {
    public static let signature = OperatorSignature(.microsoft("BiasSplitGelu"), versions: [1], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        var dimensions = try x.dimensions(rank: 3, "X")
        dimensions[2] = dimensions[2].divided(by: 2)
        return [Fact(x.element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let bias = try inputs.required(1, "bias")
        try x.requireRank(3, "X")
        try bias.requireShape([x.shape[2]], "bias")
        guard x.shape[2] % 2 == 0 else {
            throw BitdepthError(.shapeMismatch, "the last axis of \(x) cannot be split into halves")
        }
        let (width, half) = (x.shape[2], x.shape[2] / 2)
        let shape = try Shape([x.shape[0], x.shape[1], half])
        let (values, added) = (try x.doubles(), try bias.doubles())
        let gelu = Gelu(approximation: .none)
        let results = (0..<shape.count).map { i in
            let (row, column) = (i / half * width, i % half)
            return (values[row + column] + added[column])
                * gelu.apply(values[row + half + column] + added[half + column])
        }
        return [try Tensor(reals: results, shape: shape, type: x.type)]
    }
}

extension Gelu {
    init(approximation: Approximation) { self.approximation = approximation }

    fileprivate func evaluate(_ x: Tensor, bias: Tensor?) throws(BitdepthError) -> Tensor {
        guard let bias else {
            return try Tensor(reals: try x.doubles().map { apply($0) }, shape: x.shape, type: x.type)
        }
        let walk = try BroadcastWalk(x.shape, bias.shape)
        guard walk.shape == x.shape else {
            throw BitdepthError(.shapeMismatch, "a bias of shape \(bias.shape) does not broadcast to \(x.shape)")
        }
        let values = try walk.map(try x.doubles(), try bias.doubles()) { apply($0 + $1) }
        return try Tensor(reals: values, shape: x.shape, type: x.type)
    }
}
