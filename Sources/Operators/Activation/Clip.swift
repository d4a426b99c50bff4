import BitdepthGraphs
import BitdepthTensors

/// min(max, max(min, x)) with optional scalar bounds; where min is above max, every element becomes max.
///
/// Source: ONNX operator specification, Clip-13.
public struct Clip: FoldableOperator {
    public static let signature = OperatorSignature("Clip", versions: [1, 6, 11, 12, 13], inputs: 1...3)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "input").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        // Bounds that were attributes before version 11 are FP32 whatever the input's type.
        if x.type.isFloatingPoint {
            let low = try bound(inputs.optional(1), "min")?.doubles().first
            let high = try bound(inputs.optional(2), "max")?.doubles().first
            let values = try x.doubles().map { Clip.clip($0, low, high) }
            return [try Tensor(reals: values, shape: x.shape, type: x.type)]
        }
        let bounds = (
            low: try bound(inputs.optional(1), "min")?.converted(to: x.type),
            high: try bound(inputs.optional(2), "max")?.converted(to: x.type)
        )
        if x.type == .uint64 {
            let (low, high) = (
                try bounds.low?.array(of: UInt64.self).first, try bounds.high?.array(of: UInt64.self).first
            )
            return [try Tensor(try x.array(of: UInt64.self).map { Clip.clip($0, low, high) }, shape: x.shape)]
        }
        let (low, high) = (try bounds.low?.integers().first, try bounds.high?.integers().first)
        return [try Tensor(integers: try x.integers().map { Clip.clip($0, low, high) }, shape: x.shape, type: x.type)]
    }

    private func bound(_ tensor: Tensor?, _ name: String) throws(BitdepthError) -> Tensor? {
        if let tensor, tensor.count != 1 {
            throw BitdepthError(.shapeMismatch, "bound \"\(name)\" has \(tensor.count) elements; it must have one")
        }
        return tensor
    }

    /// NaN stays NaN.
    private static func clip<Number: Comparable>(_ x: Number, _ low: Number?, _ high: Number?) -> Number {
        var y = x
        if let low, y < low { y = low }
        if let high, y > high { y = high }
        return y
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        guard next == 11 else { return }
        try node.moveToInput("min", at: 1, in: &scope)
        try node.moveToInput("max", at: 2, in: &scope)
    }

    public var quantization: QuantizationRule { .unary }
}
