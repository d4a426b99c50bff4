import BitdepthGraphs
import BitdepthTensors

/// The input cut along `axis` into a sequence: into parts of the sizes that `split` lists, into parts of one size, or into
/// slices of extent 1, whose axis falls away where `keepdims` is 0.
///
/// Source: ONNX operator specification, SplitToSequence-24.
public struct SplitToSequence: ValueOperator {
    public static let signature = OperatorSignature("SplitToSequence", versions: [11, 24], inputs: 1...2)
    public let axis: Int
    public let keepsAxis: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: 0)
        keepsAxis = try attributes.flag("keepdims", default: true)
    }

    public func infer(_ inputs: [Fact?], bodies: any BodyInference) throws(BitdepthError) -> [Fact] {
        let input = try inputs.required(0, "input")
        guard var dimensions = input.dimensions else { return [Fact(input.type, kind: .sequence)] }
        let axis = try Shape.normalize(axis: self.axis, rank: dimensions.count)
        if inputs.optional(1) != nil {
            dimensions[axis] = .unknown
        } else if keepsAxis {
            dimensions[axis] = .known(1)
        } else {
            dimensions.remove(at: axis)
        }
        return [Fact(TensorType(input.element, PartialShape(dimensions)), kind: .sequence)]
    }

    public func evaluate(_ inputs: [Value?], bodies: any BodyRunner) throws(BitdepthError) -> [Value] {
        let input = try inputs.tensor(0, "input")
        let axis = try input.shape.axis(self.axis)
        let extent = input.shape[axis]
        guard let split = try inputs.optional(1)?.tensor("split") else {
            try SplitToSequence.check(partCount: extent)
            var kept = input.shape.dimensions
            kept[axis] = 1
            let shape = try Shape(kept)
            var slices: [Tensor] = []
            for index in 0..<extent {
                let slice = try input.slice(at: index, of: axis)
                slices.append(keepsAxis ? try slice.reshaped(to: shape) : slice)
            }
            return [.sequence(slices)]
        }
        let sizes = try SplitToSequence.sizes(split, of: extent)
        let offsets = input.shape.axisOffsets
        var parts: [Tensor] = []
        var start = 0
        for size in sizes {
            var part = input.shape.dimensions
            part[axis] = size
            let shape = try Shape(part)
            var positions: [Int] = []
            if shape.count > 0 {
                var partOffsets = offsets
                partOffsets[axis] = Array(offsets[axis][start..<start + size])
                positions = try gridPositions(partOffsets)
            }
            parts.append(try input.gathered(positions, shape: shape))
            start += size
        }
        return [.sequence(parts)]
    }

    private static func sizes(_ split: Tensor, of extent: Int) throws(BitdepthError) -> [Int] {
        let given = try split.integers()
        guard split.shape.rank > 0 else {
            guard let size = given.first, size > 0 else {
                throw BitdepthError(.valueOutOfRange, "parts of size \(given) cannot be made")
            }
            try check(partCount: extent / size)
            return stride(from: 0, to: extent, by: size).map { min(size, extent - $0) }
        }
        let sum = given.reduce(0) { $0.addingReportingOverflow($1).partialValue }
        guard given.allSatisfy({ $0 >= 0 && $0 <= extent }), sum == extent else {
            throw BitdepthError(.shapeMismatch, "parts of sizes \(given) do not make an extent of \(extent)")
        }
        return given
    }

    /// A tensor without elements may have an axis of any extent, and a sequence of so many tensors fills all memory.
    private static func check(partCount: Int) throws(BitdepthError) {
        guard partCount <= 1 << 24 else {
            throw BitdepthError(.limitExceeded, "a sequence of \(partCount) tensors is too long")
        }
    }
}
