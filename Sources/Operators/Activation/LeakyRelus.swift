import BitdepthGraphs
import BitdepthTensors

/// x where it is positive, else `alpha` · x. Source: ONNX operator specification, LeakyRelu-16.
public struct LeakyRelu: UnaryOperator {
    public static let signature = OperatorSignature.unary("LeakyRelu", [1, 6, 16])
    public let alpha: Float
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 0.01)
    }
    public func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * x : x }
}

/// x where it is above `alpha`, else 0. Source: ONNX operator specification, ThresholdedRelu-22.
public struct ThresholdedRelu: UnaryOperator {
    public static let signature = OperatorSignature.unary("ThresholdedRelu", [10, 22])
    public let alpha: Float
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        alpha = try attributes.float("alpha", default: 1)
    }
    public func apply(_ x: Double) -> Double { x <= Double(alpha) ? 0 : x }
}

/// 0 within `lambda` of 0, beyond it x drawn `bias` toward 0. Source: ONNX operator specification, Shrink-9.
public struct Shrink: UnaryOperator {
    public static let signature = OperatorSignature.unary("Shrink", [9])
    public let lambda: Float
    public let bias: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        lambda = try attributes.float("lambd", default: 0.5)
        bias = try attributes.float("bias", default: 0)
    }

    public func apply(_ x: Double) -> Double {
        if x < -Double(lambda) { return x + Double(bias) }
        if x > Double(lambda) { return x - Double(bias) }
        return x.isNaN ? x : 0
    }

    public func apply(_ n: Int) throws(BitdepthError) -> Int {
        guard let result = Int(exactly: apply(Double(n)).rounded(.towardZero)) else {
            throw BitdepthError(.valueOutOfRange, "Shrink of \(n) is no 64-bit integer")
        }
        return result
    }
}

/// x where it is positive, else slope · x; the slope broadcasts to the shape of x.
///
/// Source: ONNX operator specification, PRelu-16.
public struct PRelu: FoldableOperator {
    public static let signature = OperatorSignature("PRelu", versions: [1, 6, 7, 9, 16], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let slope = try inputs.required(1, "slope")
        try requireSameType(x.element, slope.element)
        // Checks that the slope may fit; the shape stays that of x.
        _ = try PartialShape.broadcast(x.type.shape, slope.type.shape)
        return [x.type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let slope = try inputs.required(1, "slope")
        try requireSameType(x.type, slope.type)
        let walk = try BroadcastWalk(x.shape, slope.shape)
        guard walk.shape == x.shape else {
            throw BitdepthError(
                .shapeMismatch, "slope of shape \(slope.shape) does not broadcast to the input's shape \(x.shape)")
        }
        if x.type.isFloatingPoint {
            let values = try walk.map(try x.doubles(), try slope.doubles()) { x, slope in x < 0 ? slope * x : x }
            return [try Tensor(reals: values, shape: x.shape, type: x.type)]
        }
        let values = try walk.map(try x.integers(), try slope.integers()) { x, slope in x < 0 ? slope &* x : x }
        return [try Tensor(wrapping: values, shape: x.shape, type: x.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        // Before version 7 the slope was one number or one per channel (axis 1).
        if next == 7 { try LegacyBroadcast.align(&node, axis: 1, in: &scope) }
    }
}
