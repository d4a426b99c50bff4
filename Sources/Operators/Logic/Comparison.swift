import BitdepthGraphs
import BitdepthTensors

/// A question about two operands of one type that broadcast together; the answers are Boolean.
public protocol ComparisonOperator: FoldableOperator {
    func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool
}

extension ComparisonOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.element, b.element)
        return [TensorType(.bool, try PartialShape.broadcast(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.type, b.type)
        let walk = try BroadcastWalk(a.shape, b.shape)
        let answers: [Bool]
        if a.type.isFloatingPoint {
            answers = try walk.map(try a.doubles(), try b.doubles()) { a, b in holds(a, b) }
        } else if a.type == .uint64 {
            answers = try walk.map(try a.array(of: UInt64.self), try b.array(of: UInt64.self)) { a, b in holds(a, b) }
        } else {
            answers = try walk.map(try a.integers(), try b.integers()) { a, b in holds(a, b) }
        }
        return [try Tensor(answers, shape: walk.shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        try LegacyBroadcast.upgrade(&node, to: next, in: &scope)
    }
}

/// a = b. Source: ONNX operator specification, Equal-19.
public struct Equal: ComparisonOperator {
    public static let signature = OperatorSignature("Equal", versions: [1, 7, 11, 13, 19], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a == b }
}

/// a < b. Source: ONNX operator specification, Less-13.
public struct Less: ComparisonOperator {
    public static let signature = OperatorSignature("Less", versions: [1, 7, 9, 13], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a < b }
}

/// a ≤ b. Source: ONNX operator specification, LessOrEqual-16.
public struct LessOrEqual: ComparisonOperator {
    public static let signature = OperatorSignature("LessOrEqual", versions: [12, 16], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a <= b }
}

/// a > b. Source: ONNX operator specification, Greater-13.
public struct Greater: ComparisonOperator {
    public static let signature = OperatorSignature("Greater", versions: [1, 7, 9, 13], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a > b }
}

/// a ≥ b. Source: ONNX operator specification, GreaterOrEqual-16.
public struct GreaterOrEqual: ComparisonOperator {
    public static let signature = OperatorSignature("GreaterOrEqual", versions: [12, 16], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool { a >= b }
}
