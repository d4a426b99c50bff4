import BitdepthGraphs
import BitdepthTensors

/// A question about single floating-point numbers; the answers are Boolean.
public protocol FloatClassOperator: FoldableOperator {
    func holds(_ x: Double) -> Bool
}

extension FloatClassOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [TensorType(.bool, try inputs.required(0, "X").type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        guard x.type.isFloatingPoint else {
            throw BitdepthError(
                .typeMismatch, "\(Self.signature.name) takes floating-point numbers, not \(x.type.shortName)")
        }
        return [try Tensor(try x.doubles().map { holds($0) }, shape: x.shape)]
    }
}

/// Whether x is not a number. Source: ONNX operator specification, IsNaN-20.
public struct IsNaN: FloatClassOperator {
    public static let signature = OperatorSignature.unary("IsNaN", [9, 13, 20])
    public init(_ attributes: AttributeReader) {}
    public func holds(_ x: Double) -> Bool { x.isNaN }
}

/// Whether x is an infinity of a sign that the attributes ask for. Source: ONNX operator specification, IsInf-20.
public struct IsInf: FloatClassOperator {
    public static let signature = OperatorSignature.unary("IsInf", [10, 20])
    public let detectsPositive: Bool
    public let detectsNegative: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        detectsPositive = try attributes.flag("detect_positive", default: true)
        detectsNegative = try attributes.flag("detect_negative", default: true)
    }

    public func holds(_ x: Double) -> Bool {
        x.isInfinite && (x > 0 ? detectsPositive : detectsNegative)
    }
}
