import BitdepthGraphs
import BitdepthTensors

/// The sum of products that index notation describes: one product for each combination of coordinates along all named axes,
/// summed over the axes that the output does not have.
///
/// Source: ONNX operator specification, Einsum-28.
public struct Einsum: FoldableOperator {
    public static let signature = OperatorSignature.variadic("Einsum", [12, 28])
    private let equation: EinsumEquation

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        equation = try EinsumEquation(try attributes.required("equation", try attributes.string("equation")))
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let facts = try inputs.present()
        for fact in facts { try requireSameType(facts[0].element, fact.element) }
        let ranks = facts.compactMap(\.rank)
        guard ranks.count == facts.count else { return [TensorType(facts[0].element, PartialShape.unknown)] }
        let labels = try equation.labels(ranks: ranks)
        let extents = try extents(labels.operands, facts.map { $0.dimensions ?? [] })
        return [TensorType(facts[0].element, PartialShape(labels.output.map { extents[$0] ?? .unknown }))]
    }

    /// The extent of each label's axis: an extent of 1 broadcasts.
    private func extents(
        _ operands: [[EinsumEquation.Label]], _ dimensions: [[Dimension]]
    ) throws(BitdepthError) -> [EinsumEquation.Label: Dimension] {
        var extents: [EinsumEquation.Label: Dimension] = [:]
        for (labels, dimensions) in zip(operands, dimensions) {
            for (label, dimension) in zip(labels, dimensions) {
                let both = try PartialShape.broadcast(
                    PartialShape([extents[label] ?? .known(1)]), PartialShape([dimension]))
                extents[label] = both.dimensions?.first ?? .unknown
            }
        }
        return extents
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let tensors = inputs.compactMap { $0 }
        let type = tensors[0].type
        let labels = try equation.labels(ranks: tensors.map(\.shape.rank))
        let extents = try extents(labels.operands, tensors.map { $0.shape.dimensions.map(Dimension.known) })
        let kept = labels.output
        guard tensors.allSatisfy({ $0.count > 0 }) else { return [try Tensor(zeros: shape, type: type)] }
        // In the order of the equation, which fixes the order of summation.
        var summed: [EinsumEquation.Label] = []
        for label in labels.operands.joined() where !kept.contains(label) && !summed.contains(label) {
            summed.append(label)
        }
        var starts: [[Int]] = []
        var members: [[Int]] = []
        for (tensor, axes) in zip(tensors, labels.operands) {
            let offsets = { (label: EinsumEquation.Label) -> [Int] in
                var stride = 0
                for (axis, name) in axes.enumerated() where name == label && tensor.shape[axis] != 1 {
                    stride += tensor.shape.strides[axis]
                }
                return (0..<(extents[label]?.value ?? 1)).map { $0 * stride }
            }
            starts.append(shape.count == 0 ? [] : try gridPositions(kept.map(offsets)))
            members.append(try gridPositions(summed.map(offsets)))
        }
        if type.isFloatingPoint {
            let values = try tensors.map { tensor throws(BitdepthError) in try tensor.doubles() }
            let sums = Einsum.sums(values, starts, members, shape.count, zero: 0, one: 1, +, *)
            return [try Tensor(reals: sums, shape: shape, type: type)]
        }
        let values = try tensors.map { tensor throws(BitdepthError) in try tensor.integers() }
        let sums = Einsum.sums(values, starts, members, shape.count, zero: 0, one: 1, &+, &*)
        return [try Tensor(wrapping: sums, shape: shape, type: type)]
    }

    private static func sums<Number>(
        _ values: [[Number]], _ starts: [[Int]], _ members: [[Int]], _ count: Int, zero: Number, one: Number,
        _ add: (Number, Number) -> Number, _ multiply: (Number, Number) -> Number
    ) -> [Number] {
        (0..<count).map { output in
            var sum = zero
            for member in members[0].indices {
                var product = one
                for operand in values.indices {
                    product = multiply(product, values[operand][starts[operand][output] + members[operand][member]])
                }
                sum = add(sum, product)
            }
            return sum
        }
    }
}
