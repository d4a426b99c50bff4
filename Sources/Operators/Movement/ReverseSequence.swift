import BitdepthGraphs
import BitdepthTensors

/// For each entry of the batch, its first `sequence_lens` elements along the time axis in reverse, the others as they are.
///
/// Source: ONNX operator specification, ReverseSequence-28.
public struct ReverseSequence: FoldableOperator {
    public static let signature = OperatorSignature("ReverseSequence", versions: [10, 28], inputs: 2...2)
    public let batchAxis: Int
    public let timeAxis: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        batchAxis = try attributes.int("batch_axis", default: 1)
        timeAxis = try attributes.int("time_axis", default: 0)
        guard Set([batchAxis, timeAxis]) == [0, 1] else {
            throw attributes.invalid(
                "time_axis", "is \(timeAxis) where batch_axis is \(batchAxis); one must be 0 and the other 1")
        }
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "input").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let lengths = try inputs.required(1, "sequence_lens").integers()
        guard x.shape.rank >= 2, lengths.count == x.shape[batchAxis],
            lengths.allSatisfy({ $0 >= 0 && $0 <= x.shape[timeAxis] })
        else {
            throw BitdepthError(.valueOutOfRange, "lengths \(lengths) do not fit an input of shape \(x.shape)")
        }
        let strides = x.shape.strides
        let positions = (0..<x.count).map { position in
            let time = position / strides[timeAxis] % x.shape[timeAxis]
            let length = lengths[position / strides[batchAxis] % x.shape[batchAxis]]
            return time < length ? position + (length - 1 - 2 * time) * strides[timeAxis] : position
        }
        return [try x.gathered(positions, shape: x.shape)]
    }
}
