import BitdepthGraphs
import BitdepthTensors

/// An operator of two Boolean operands that broadcast together.
public protocol LogicalOperator: FoldableOperator {
    func apply(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicalOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        return [TensorType(.bool, try PartialShape.broadcast(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        let walk = try BroadcastWalk(a.shape, b.shape)
        return [
            try Tensor(try walk.map(try a.truths("A"), try b.truths("B")) { a, b in apply(a, b) }, shape: walk.shape)
        ]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        try LegacyBroadcast.upgrade(&node, to: next, in: &scope)
    }
}

/// Both. Source: ONNX operator specification, And-7.
public struct And: LogicalOperator {
    public static let signature = OperatorSignature("And", versions: [1, 7], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

/// One or both. Source: ONNX operator specification, Or-7.
public struct Or: LogicalOperator {
    public static let signature = OperatorSignature("Or", versions: [1, 7], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

/// One but not both. Source: ONNX operator specification, Xor-7.
public struct Xor: LogicalOperator {
    public static let signature = OperatorSignature("Xor", versions: [1, 7], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Bool, _ b: Bool) -> Bool { a != b }
}

/// The opposite. Source: ONNX operator specification, Not-1.
public struct Not: FoldableOperator {
    public static let signature = OperatorSignature.unary("Not", [1])
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "X").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        return [try Tensor(try x.truths("X").map { !$0 }, shape: x.shape)]
    }
}
