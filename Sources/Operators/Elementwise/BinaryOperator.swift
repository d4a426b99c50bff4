import BitdepthGraphs
import BitdepthTensors

/// Arithmetic of two operands of one type that broadcast by NumPy's rules.
public protocol BinaryOperator: FoldableOperator {
    func apply(_ a: Double, _ b: Double) -> Double
    /// The function of two elements of integer tensors; the result wraps to the tensors' type.
    func apply(_ a: Int, _ b: Int) throws(BitdepthError) -> Int
}

extension BinaryOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.element, b.element)
        return [TensorType(a.element, try PartialShape.broadcast(a.type.shape, b.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        let b = try inputs.required(1, "B")
        try requireSameType(a.type, b.type)
        let walk = try BroadcastWalk(a.shape, b.shape)
        if a.type.isFloatingPoint {
            let values = try walk.map(try a.doubles(), try b.doubles()) { a, b in apply(a, b) }
            return [try Tensor(reals: values, shape: walk.shape, type: a.type)]
        }
        let values = try walk.map(try a.integers(), try b.integers()) { a, b throws(BitdepthError) in try apply(a, b) }
        return [try Tensor(wrapping: values, shape: walk.shape, type: a.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        try LegacyBroadcast.upgrade(&node, to: next, in: &scope)
    }
}
