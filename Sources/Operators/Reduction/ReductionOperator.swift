import BitdepthGraphs
import BitdepthTensors

/// An operator that makes one number of all elements along some axes.
///
/// The axes are the second input; without them all axes are reduced, or none where attribute `noop_with_empty_axes` is 1.
public protocol ReductionOperator: FoldableOperator {
    var options: ReductionOptions { get }
    /// The reduction of the elements, of which there may be none.
    func reduce(_ values: [Double]) -> Double
    /// The reduction of elements of an integer (or, as 0 and 1, Boolean) tensor of `type`; the result wraps.
    func reduce(_ values: [Int], type: ElementType) throws(BitdepthError) -> Int
}

/// The attributes that all reductions have.
public struct ReductionOptions: Sendable, Hashable {
    public let keepsDimensions: Bool
    public let leavesAloneWithoutAxes: Bool

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        keepsDimensions = try attributes.flag("keepdims", default: true)
        leavesAloneWithoutAxes = try attributes.flag("noop_with_empty_axes", default: false)
    }
}

extension ReductionOperator {
    /// - Returns: The axes that are reduced; `nil` where they are not constant.
    func axes(_ inputs: [Fact?], rank: Int) throws(BitdepthError) -> Set<Int>? {
        if inputs.optional(1) != nil, inputs.optional(1)?.constant == nil { return nil }
        let given = try inputs.integers(1) ?? []
        if given.isEmpty { return options.leavesAloneWithoutAxes ? [] : Set(0..<rank) }
        return Set(try given.map { axis throws(BitdepthError) in try Shape.normalize(axis: axis, rank: rank) })
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let data = try inputs.required(0, "data")
        guard let dimensions = data.dimensions else { return [TensorType(data.element, PartialShape.unknown)] }
        guard let axes = try axes(inputs, rank: dimensions.count) else {
            let unknown = options.keepsDimensions ? dimensions.map { _ in Dimension.unknown } : nil
            return [TensorType(data.element, PartialShape(unknown))]
        }
        let result = dimensions.indices.compactMap { axis in
            axes.contains(axis) ? (options.keepsDimensions ? .known(1) : nil) : dimensions[axis]
        }
        return [TensorType(data.element, PartialShape(result))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let shape = try outputShape(inputs)
        let rank = data.shape.rank
        let reduced = try axes(inputs.map { $0.map(Fact.init(constant:)) }, rank: rank) ?? []
        // Each output element begins at its coordinates along the kept axes, and takes in all coordinates along the others.
        let offsets = data.shape.axisOffsets
        let kept = (0..<rank).filter { !reduced.contains($0) }
        let isEmpty = data.count == 0
        let starts = try isEmpty ? [Int](repeating: 0, count: shape.count) : gridPositions(kept.map { offsets[$0] })
        let members = try isEmpty ? [] : gridPositions(reduced.sorted().map { offsets[$0] })
        if data.type.isFloatingPoint {
            let x = try data.doubles()
            let results = starts.map { start in reduce(members.map { x[start + $0] }) }
            return [try Tensor(reals: results, shape: shape, type: data.type)]
        }
        let x = try data.integers()
        let results = try starts.map { start throws(BitdepthError) in
            try reduce(members.map { x[start + $0] }, type: data.type)
        }
        return [try Tensor(wrapping: results, shape: shape, type: data.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == axesBecameInput { try node.moveToInput("axes", at: 1, in: &scope) }
    }

    /// The version at which the axes became an input: 13 for ReduceSum, 18 for the others.
    private static var axesBecameInput: Int { signature.versions.contains(18) ? 18 : 13 }
}

extension OperatorSignature {
    /// A reduction: data and optional axes.
    static func reduction(_ name: OperatorName, _ versions: [Int]) -> OperatorSignature {
        OperatorSignature(name, versions: versions, inputs: 1...2)
    }
}
