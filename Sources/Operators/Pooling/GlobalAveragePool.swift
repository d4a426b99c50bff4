import BitdepthGraphs
import BitdepthTensors

/// The mean of every plane: X `[N, C, D…]` → `[N, C, 1…]`.
///
/// Source: ONNX operator specification, GlobalAveragePool-22.
public struct GlobalAveragePool: Operator {
    public static let signature = OperatorSignature("GlobalAveragePool", versions: [1, 22], inputs: 1...1)

    public init(_ attributes: AttributeReader) throws(BitdepthError) {}

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        return [Fact(x.element, try GlobalPool.output(x.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try GlobalPool.evaluate(try inputs.required(0, "X")) { $0.reduce(0, +) / Double($0.count) }
    }

    public var quantization: QuantizationRule { .unary }
}
