import BitdepthGraphs
import BitdepthTensors

/// The elements of a tensor as numbers that can be ranked; NaN ranks above everything, as in NumPy.
enum RankedElements {
    case reals([Double])
    case integers([Int])

    init(_ tensor: Tensor) throws(BitdepthError) {
        self = tensor.type.isFloatingPoint ? .reals(try tensor.doubles()) : .integers(try tensor.integers())
    }

    /// Whether the element at position `a` ranks below the one at `b`.
    func isBelow(_ a: Int, _ b: Int) -> Bool {
        switch self {
        case .reals(let values): values[b].isNaN ? !values[a].isNaN : values[a] < values[b]
        case .integers(let values): values[a] < values[b]
        }
    }
}

/// The `k` largest (or smallest) elements along `axis` and their indices; among equals the lower index comes first.
///
/// Source: ONNX operator specification, TopK-24.
public struct TopK: FoldableOperator {
    public static let signature = OperatorSignature("TopK", versions: [1, 10, 11, 24], inputs: 2...2, outputs: 2...2)
    public let axis: Int
    public let takesLargest: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        takesLargest = try attributes.flag("largest", default: true)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let k = try inputs.required(1, "K").constant
        guard var dimensions = x.dimensions else {
            return [TensorType(x.element, PartialShape.unknown), TensorType(.int64, PartialShape.unknown)]
        }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count)
        if let k = try k?.integer("K") {
            guard k >= 0, k <= dimensions[axis].value ?? k else {
                throw BitdepthError(.valueOutOfRange, "\(k) elements are asked of an extent of \(dimensions[axis])")
            }
            dimensions[axis] = .known(k)
        } else {
            dimensions[axis] = .unknown
        }
        return [TensorType(x.element, PartialShape(dimensions)), TensorType(.int64, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else {
            return [try Tensor(zeros: shape, type: x.type), try Tensor(zeros: shape, type: .int64)]
        }
        let axis = try x.shape.axis(self.axis)
        let lanes = Lanes(x.shape, axis: axis)
        let ranked = try RankedElements(x)
        var positions = [Int](repeating: 0, count: shape.count)
        var indices = [Int64](repeating: 0, count: shape.count)
        lanes.forEach { first in
            // Positions of a lane ascend with the index, so they break ties.
            let best = lanes.positions(from: first).sorted { a, b in
                let (low, high) = takesLargest ? (b, a) : (a, b)
                return ranked.isBelow(low, high) || !ranked.isBelow(high, low) && a < b
            }
            let base = first / (lanes.extent * lanes.inner) * shape[axis] * lanes.inner + first % lanes.inner
            for (place, position) in best.prefix(shape[axis]).enumerated() {
                positions[base + place * lanes.inner] = position
                indices[base + place * lanes.inner] = Int64((position - first) / lanes.inner)
            }
        }
        return [try x.gathered(positions, shape: shape), try Tensor(indices, shape: shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 10 { try node.moveToInput("k", at: 1, in: &scope) }
    }
}

/// The index of an extreme element along an axis, as INT64.
public protocol ArgumentOperator: FoldableOperator {
    var options: ArgumentOptions { get }
    /// Whether the largest element is looked for, else the smallest.
    static var findsLargest: Bool { get }
}

/// The attributes of ``ArgMax`` and ``ArgMin``.
public struct ArgumentOptions: Sendable, Hashable {
    public let axis: Int
    public let keepsDimension: Bool
    /// Whether the last of equal elements counts, else the first.
    public let selectsLast: Bool

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: 0)
        keepsDimension = try attributes.flag("keepdims", default: true)
        selectsLast = try attributes.flag("select_last_index", default: false)
    }
}

extension ArgumentOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        guard var dimensions = try inputs.required(0, "data").dimensions else {
            return [TensorType(.int64, PartialShape.unknown)]
        }
        let axis = try Shape.normalize(axis: options.axis, rank: dimensions.count)
        guard dimensions[axis] != .known(0) else { throw BitdepthError(.shapeMismatch, "axis \(axis) has no elements") }
        dimensions[axis] = .known(1)
        if !options.keepsDimension { dimensions.remove(at: axis) }
        return [TensorType(.int64, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let shape = try outputShape(inputs)
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: .int64)] }
        let lanes = Lanes(data.shape, axis: try data.shape.axis(options.axis))
        let ranked = try RankedElements(data)
        var indices: [Int64] = []
        lanes.forEach { first in
            var best = first
            for position in lanes.positions(from: first).dropFirst() {
                let beats = Self.findsLargest ? ranked.isBelow(best, position) : ranked.isBelow(position, best)
                let ties = !ranked.isBelow(best, position) && !ranked.isBelow(position, best)
                if beats || ties && options.selectsLast { best = position }
            }
            indices.append(Int64((best - first) / lanes.inner))
        }
        return [try Tensor(indices, shape: shape)]
    }
}

/// The index of the largest element along an axis. Source: ONNX operator specification, ArgMax-13.
public struct ArgMax: ArgumentOperator {
    public static let signature = OperatorSignature.unary("ArgMax", [1, 11, 12, 13])
    public static let findsLargest = true
    public let options: ArgumentOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ArgumentOptions(attributes) }
}

/// The index of the smallest element along an axis. Source: ONNX operator specification, ArgMin-13.
public struct ArgMin: ArgumentOperator {
    public static let signature = OperatorSignature.unary("ArgMin", [1, 11, 12, 13])
    public static let findsLargest = false
    public let options: ArgumentOptions
    public init(_ attributes: AttributeReader) throws(BitdepthError) { options = try ArgumentOptions(attributes) }
}
