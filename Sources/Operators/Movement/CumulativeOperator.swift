import BitdepthGraphs
import BitdepthTensors

/// An operator that combines all elements up to each element along an axis; `exclusive` leaves the element out, `reverse`
/// starts at the end.
public protocol CumulativeOperator: FoldableOperator {
    var order: CumulativeOrder { get }
    /// What stands where nothing has been combined yet.
    var neutral: Int { get }
    func combine(_ a: Double, _ b: Double) -> Double
    /// Of integers; the result wraps to the tensor's type.
    func combine(_ a: Int, _ b: Int) -> Int
}

/// The attributes that cumulative operators have.
public struct CumulativeOrder: Sendable, Hashable {
    public let isExclusive: Bool
    public let isReversed: Bool

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        isExclusive = try attributes.flag("exclusive", default: false)
        isReversed = try attributes.flag("reverse", default: false)
    }
}

extension CumulativeOperator {
    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "x").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "x")
        let lanes = Lanes(x.shape, axis: try x.shape.axis(try inputs.required(1, "axis").integer("axis")))
        if x.type.isFloatingPoint {
            let values = accumulated(try x.doubles(), lanes, from: Double(neutral), combine)
            return [try Tensor(reals: values, shape: x.shape, type: x.type)]
        }
        let values = accumulated(try x.bitPatterns(), lanes, from: neutral, combine)
        return [try Tensor(wrapping: values, shape: x.shape, type: x.type)]
    }

    private func accumulated<Number>(
        _ x: [Number], _ lanes: Lanes, from neutral: Number, _ combine: (Number, Number) -> Number
    ) -> [Number] {
        var y = x
        guard !x.isEmpty else { return y }
        lanes.forEach { first in
            let positions = Array(lanes.positions(from: first))
            var result = neutral
            for position in order.isReversed ? positions.reversed() : positions {
                let next = combine(result, x[position])
                y[position] = order.isExclusive ? result : next
                result = next
            }
        }
        return y
    }
}
