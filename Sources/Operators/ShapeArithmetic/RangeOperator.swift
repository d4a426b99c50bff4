import BitdepthGraphs
import BitdepthTensors

/// Numbers from `start` in steps of `delta` up to, not including, `limit`.
///
/// Attribute `stash_type` asks for FP32 where the numbers have 16 bits; Double arithmetic is more than that.
/// Source: ONNX operator specification, Range-27.
public struct RangeOperator: FoldableOperator {
    public static let signature = OperatorSignature("Range", versions: [11, 27], inputs: 3...3)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let start = try inputs.required(0, "start")
        let limit = try inputs.required(1, "limit")
        let delta = try inputs.required(2, "delta")
        try requireSameType(start.element, limit.element)
        try requireSameType(start.element, delta.element)
        guard let start = start.constant, let limit = limit.constant, let delta = delta.constant else {
            return [TensorType(start.element, PartialShape([.unknown]))]
        }
        return [TensorType(start.type, try Shape([try RangeOperator.count(start, limit, delta)]))]
    }

    private static func count(_ start: Tensor, _ limit: Tensor, _ delta: Tensor) throws(BitdepthError) -> Int {
        if start.type.isFloatingPoint {
            let (from, to, by) = (try real(start), try real(limit), try real(delta))
            guard by != 0, let count = Int(exactly: max(0, ((to - from) / by).rounded(.up))) else {
                throw endless(from, to, by)
            }
            return count
        }
        let (from, to, by) = (try start.integer("start"), try limit.integer("limit"), try delta.integer("delta"))
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        guard by != 0, !overflow, by != Int.min else { throw endless(from, to, by) }
        if distance == 0 || (distance < 0) != (by < 0) { return 0 }
        let (whole, rest) = distance.quotientAndRemainder(dividingBy: by)
        return whole + (rest == 0 ? 0 : 1)
    }

    private static func real(_ tensor: Tensor) throws(BitdepthError) -> Double {
        guard let value = try tensor.doubles().first, tensor.count == 1 else {
            throw BitdepthError(.shapeMismatch, "\(tensor) is no scalar")
        }
        return value
    }

    private static func endless<Number>(_ from: Number, _ to: Number, _ by: Number) -> BitdepthError {
        BitdepthError(.valueOutOfRange, "there is no range from \(from) to \(to) in steps of \(by)")
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let shape = try outputShape(inputs)
        let start = try inputs.required(0, "start")
        let delta = try inputs.required(2, "delta")
        if start.type.isFloatingPoint {
            let (from, by) = (try RangeOperator.real(start), try RangeOperator.real(delta))
            return [try Tensor(reals: (0..<shape.count).map { from + Double($0) * by }, shape: shape, type: start.type)]
        }
        let (from, by) = (try start.integer("start"), try delta.integer("delta"))
        return [try Tensor(integers: (0..<shape.count).map { from &+ $0 &* by }, shape: shape, type: start.type)]
    }
}
