import BitdepthGraphs
import BitdepthTensors

/// How an update meets the element that it is written to.
public enum ScatterReduction: String, Sendable, CaseIterable {
    case none, add, mul, max, min

    fileprivate func combine(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .none: b
        case .add: a + b
        case .mul: a * b
        case .max: a.isNaN || a > b ? a : b
        case .min: a.isNaN || a < b ? a : b
        }
    }

    fileprivate func combine(_ a: Int, _ b: Int) -> Int {
        switch self {
        case .none: b
        case .add: a &+ b
        case .mul: a &* b
        case .max: Swift.max(a, b)
        case .min: Swift.min(a, b)
        }
    }

    /// The data with `updates[i]` written to flat position `positions[i]`, in order.
    fileprivate func scatter(_ updates: Tensor, into data: Tensor, at positions: [Int]) throws(BitdepthError) -> Tensor
    {
        try requireSameType(data.type, updates.type)
        if self == .none {
            var sources = Array(0..<data.count)
            for (update, position) in positions.enumerated() { sources[position] = data.count + update }
            return try Tensor(joining: [data, updates]).gathered(sources, shape: data.shape)
        }
        if data.type.isFloatingPoint {
            var values = try data.doubles()
            for (update, position) in zip(try updates.doubles(), positions) {
                values[position] = combine(values[position], update)
            }
            return try Tensor(reals: values, shape: data.shape, type: data.type)
        }
        var values = try data.integers()
        for (update, position) in zip(try updates.integers(), positions) {
            values[position] = combine(values[position], update)
        }
        return try Tensor(wrapping: values, shape: data.shape, type: data.type)
    }
}

/// The data with single elements replaced by updates, or combined with them; places are named as in ``GatherElements``.
///
/// Source: ONNX operator specification, ScatterElements-18.
public struct ScatterElements: FoldableOperator {
    public static let signature = OperatorSignature("ScatterElements", versions: [11, 13, 16, 18], inputs: 3...3)
    public let axis: Int
    public let reduction: ScatterReduction

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: 0)
        reduction = try attributes.choice("reduction", default: .none)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "data").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let updates = try inputs.required(2, "updates")
        guard updates.shape == indices.shape else {
            throw BitdepthError(
                .shapeMismatch, "updates of shape \(updates.shape) do not fit indices of shape \(indices.shape)")
        }
        let positions = try elementPositions(indices, in: data.shape, axis: axis)
        return [try reduction.scatter(updates, into: data, at: positions)]
    }
}

/// The name of ``ScatterElements`` before version 11. Source: ONNX operator specification, Scatter-9.
public struct Scatter: FoldableOperator {
    public static let signature = OperatorSignature("Scatter", versions: [9, 11], inputs: 3...3)
    private let elements: ScatterElements
    public init(_ attributes: AttributeReader) throws(BitdepthError) { elements = try ScatterElements(attributes) }
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        try elements.outputTypes(inputs)
    }
    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] { try elements.evaluate(inputs) }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 11 { node.op = "ScatterElements" }
    }
}

/// The data with elements or slices replaced by updates, or combined with them; places are named as in ``GatherND``.
///
/// Source: ONNX operator specification, ScatterND-18.
public struct ScatterND: FoldableOperator {
    public static let signature = OperatorSignature("ScatterND", versions: [11, 13, 16, 18], inputs: 3...3)
    public let reduction: ScatterReduction
    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        reduction = try attributes.choice("reduction", default: .none)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "data").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let updates = try inputs.required(2, "updates")
        let depth = indices.shape.dimensions.last ?? 0
        guard depth >= 1, depth <= data.shape.rank,
            updates.shape.dimensions == indices.shape.dimensions.dropLast() + data.shape.dimensions[depth...]
        else {
            throw BitdepthError(.shapeMismatch, "\(updates) at \(indices) cannot be scattered into \(data)")
        }
        let (starts, block) = try slicePositions(indices, in: data.shape, batchDimensions: 0)
        let positions = starts.flatMap { $0..<$0 + block }
        return [try reduction.scatter(updates, into: data, at: positions)]
    }
}
