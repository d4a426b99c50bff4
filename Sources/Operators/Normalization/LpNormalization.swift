import BitdepthGraphs
import BitdepthTensors

/// Division by the 1-norm or 2-norm along an axis; a lane of norm 0 stays 0.
///
/// Source: ONNX operator specification, LpNormalization-22.
public struct LpNormalization: Operator {
    public static let signature = OperatorSignature("LpNormalization", versions: [1, 22], inputs: 1...1)

    public let axis: Int
    public let norm: LpNorm

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: -1)
        norm = try LpNorm(attributes)
        guard norm.order <= 2 else { throw attributes.invalid("p", "is \(norm.order); allowed are 1 and 2") }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "input")
        if let rank = x.rank { _ = try Shape.normalize(axis: axis, rank: rank) }
        return [Fact(x.type)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let lanes = Lanes(x.shape, axis: try x.shape.axis(axis))
        var values = try x.doubles()
        lanes.forEach { first in
            let length = norm.of(lanes.positions(from: first).lazy.map { values[$0] })
            for i in lanes.positions(from: first) where length != 0 { values[i] /= length }
        }
        return [try Tensor(reals: values, shape: x.shape, type: x.type)]
    }
}
