import BitdepthGraphs
import BitdepthTensors

/// The sum of all elements up to each element along an axis; `exclusive` leaves the element out, `reverse` starts at the end.
///
/// Source: ONNX operator specification, CumSum-14.
public struct CumSum: FoldableOperator {
    public static let signature = OperatorSignature("CumSum", versions: [11, 14], inputs: 2...2)
    public let isExclusive: Bool
    public let isReversed: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        isExclusive = try attributes.flag("exclusive", default: false)
        isReversed = try attributes.flag("reverse", default: false)
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "x").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let lanes = Lanes(x.shape, axis: try x.shape.axis(try inputs.required(1, "axis").integer("axis")))
        if x.type.isFloatingPoint {
            return [try Tensor(reals: sums(try x.doubles(), lanes, zero: 0, +), shape: x.shape, type: x.type)]
        }
        return [try Tensor(wrapping: sums(try x.integers(), lanes, zero: 0, &+), shape: x.shape, type: x.type)]
    }

    private func sums<Number>(_ x: [Number], _ lanes: Lanes, zero: Number, _ add: (Number, Number) -> Number)
        -> [Number]
    {
        var y = x
        guard !x.isEmpty else { return y }
        lanes.forEach { first in
            let positions = Array(lanes.positions(from: first))
            var sum = zero
            for position in isReversed ? positions.reversed() : positions {
                let next = add(sum, x[position])
                y[position] = isExclusive ? sum : next
                sum = next
            }
        }
        return y
    }
}
