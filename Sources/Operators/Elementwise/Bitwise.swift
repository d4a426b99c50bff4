import BitdepthGraphs
import BitdepthTensors

/// An operator on the bits of two integer operands of one type that broadcast together.
public protocol BitwiseOperator: FoldableOperator {
    /// The bits of the result; those above the operands' type are dropped.
    func apply(_ a: UInt64, _ b: UInt64) -> UInt64
}

extension BitwiseOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.element, b.element)
        guard a.element.isInteger else {
            throw BitdepthError(.typeMismatch, "\(Self.signature.name) takes integers, not \(a.element.shortName)")
        }
        return [TensorType(a.element, try PartialShape.broadcast(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.type, b.type)
        let walk = try BroadcastWalk(a.shape, b.shape)
        let values = try walk.map(try a.bitPatterns(), try b.bitPatterns()) { a, b in
            Int(truncatingIfNeeded: apply(UInt64(truncatingIfNeeded: a), UInt64(truncatingIfNeeded: b)))
        }
        return [try Tensor(wrapping: values, shape: walk.shape, type: a.type)]
    }
}

/// Bits that both operands have. Source: ONNX operator specification, BitwiseAnd-18.
public struct BitwiseAnd: BitwiseOperator {
    public static let signature = OperatorSignature("BitwiseAnd", versions: [18], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { a & b }
}

/// Bits that either operand has. Source: ONNX operator specification, BitwiseOr-18.
public struct BitwiseOr: BitwiseOperator {
    public static let signature = OperatorSignature("BitwiseOr", versions: [18], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { a | b }
}

/// Bits that one operand alone has. Source: ONNX operator specification, BitwiseXor-18.
public struct BitwiseXor: BitwiseOperator {
    public static let signature = OperatorSignature("BitwiseXor", versions: [18], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { a ^ b }
}

/// Every bit the other way. Source: ONNX operator specification, BitwiseNot-18.
public struct BitwiseNot: FoldableOperator {
    public static let signature = OperatorSignature.unary("BitwiseNot", [18])
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "X").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        return [try Tensor(wrapping: try x.bitPatterns().map { ~$0 }, shape: x.shape, type: x.type)]
    }
}

/// Bits moved left or right by the second operand; those pushed out are lost. To the right, copies of the sign follow in
/// signed types; a negative distance counts as one beyond all bits.
///
/// Source: ONNX operator specification, BitShift-28.
public struct BitShift: BitwiseOperator {
    public static let signature = OperatorSignature("BitShift", versions: [11, 28], inputs: 2...2)
    public let direction: Direction

    public enum Direction: String, Sendable, CaseIterable {
        case left = "LEFT"
        case right = "RIGHT"
    }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        _ = try attributes.required("direction", try attributes.string("direction"))
        direction = try attributes.choice("direction", default: .left)
    }

    // Swift's smart shifts give 0 for a distance of 64 and more. Bits of signed types above their width are the sign.
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { direction == .left ? a << b : a >> b }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let y = try inputs.required(1, "Y")
        try requireSameType(x.type, y.type)
        let walk = try BroadcastWalk(x.shape, y.shape)
        let values = try walk.map(try x.bitPatterns(), try y.bitPatterns()) { a, b in
            let distance = UInt64(truncatingIfNeeded: b)
            guard x.type.isSigned, direction == .right else {
                return Int(truncatingIfNeeded: apply(UInt64(truncatingIfNeeded: a), distance))
            }
            return a >> distance
        }
        return [try Tensor(wrapping: values, shape: walk.shape, type: x.type)]
    }
}
