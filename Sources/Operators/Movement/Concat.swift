import BitdepthGraphs
import BitdepthTensors

/// Inputs of one type laid one behind the other along `axis`; their other extents are the same.
///
/// Source: ONNX operator specification, Concat-13.
public struct Concat: FoldableOperator {
    public static let signature = OperatorSignature.variadic("Concat", [1, 4, 11, 13])
    public let axis: Int

    public init(axis: Int) { self.axis = axis }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.required("axis", try attributes.int("axis"))
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let facts = try inputs.present()
        for fact in facts { try requireSameType(facts[0].element, fact.element) }
        guard let rank = facts.lazy.compactMap(\.rank).first else {
            return [TensorType(facts[0].element, PartialShape.unknown)]
        }
        let axis = try Shape.normalize(axis: self.axis, rank: rank)
        var result = [Dimension](repeating: .unknown, count: rank)
        var length: Int? = 0
        for fact in facts {
            guard let dimensions = fact.dimensions else {
                length = nil
                continue
            }
            guard dimensions.count == rank else { throw mismatch(facts) }
            for i in 0..<rank where i != axis {
                switch (result[i], dimensions[i]) {
                case (.known(let a), .known(let b)): guard a == b else { throw mismatch(facts) }
                case (.known, _): break
                case (_, let dimension): if dimension != .unknown { result[i] = dimension }
                }
            }
            if let extent = dimensions[axis].value, let sum = length {
                length = try Concat.sum(sum, extent)
            } else {
                length = nil
            }
        }
        result[axis] = length.map(Dimension.known) ?? .unknown
        return [TensorType(facts[0].element, PartialShape(result))]
    }

    private static func sum(_ a: Int, _ b: Int) throws(BitdepthError) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        guard !overflow else { throw BitdepthError(.limitExceeded, "the concatenated extents are too large") }
        return sum
    }

    private func mismatch(_ facts: [Fact]) -> BitdepthError {
        let shapes = facts.map { "\($0.type.shape)" }.joined(separator: ", ")
        return BitdepthError(.shapeMismatch, "shapes \(shapes) cannot be concatenated along axis \(axis)")
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let tensors = inputs.compactMap { $0 }
        guard shape.count > 0 else { return [try Tensor(zeros: shape, type: tensors[0].type)] }
        let axis = try shape.axis(self.axis)
        // Elements that each input contributes at one place of the axes before `axis`.
        let blocks = tensors.map { $0.shape.count(of: axis..<shape.rank) }
        var positions: [Int] = []
        positions.reserveCapacity(shape.count)
        for outer in 0..<shape.count(of: 0..<axis) {
            var start = 0
            for (tensor, block) in zip(tensors, blocks) {
                positions += start + outer * block..<start + (outer + 1) * block
                start += tensor.count
            }
        }
        return [try Tensor(joining: tensors).gathered(positions, shape: shape)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 4, node.attributes["axis"] == nil { node.attributes["axis"] = .int(1) }
    }

    public var quantization: QuantizationRule {
        QuantizationRule(inputs: [], otherInputs: .activation, outputs: .sharedScale)
    }
}
