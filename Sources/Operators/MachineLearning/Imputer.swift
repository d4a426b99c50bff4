import BitdepthGraphs
import BitdepthTensors

/// Elements that equal one value (NaN equals NaN) replaced by another, which may differ by feature: X `[…, C]`.
///
/// Source: ONNX operator specification, ai.onnx.ml Imputer-1.
public struct Imputer: Operator {
    public static let signature = OperatorSignature(.machineLearning("Imputer"), versions: [1], inputs: 1...1)
    private let reals: [Float]
    private let replacedReal: Float
    private let integers: [Int]
    private let replacedInteger: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        reals = try attributes.floats("imputed_value_floats") ?? []
        replacedReal = try attributes.float("replaced_value_float", default: 0)
        integers = try attributes.ints("imputed_value_int64s") ?? []
        replacedInteger = try attributes.int("replaced_value_int64", default: 0)
        guard reals.isEmpty != integers.isEmpty else {
            throw attributes.invalid(
                "imputed_value_floats", "and \"imputed_value_int64s\" must be given the one or the other")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        if x.type.isFloatingPoint {
            let isReplaced = { (value: Double) in
                replacedReal.isNaN ? value.isNaN : value == Double(replacedReal)
            }
            let values = try imputed(try x.doubles(), x.shape, reals.map(Double.init), where: isReplaced)
            return [try Tensor(reals: values, shape: x.shape, type: x.type)]
        }
        let values = try imputed(try x.integers(), x.shape, integers) { $0 == replacedInteger }
        return [try Tensor(integers: values, shape: x.shape, type: x.type)]
    }

    private func imputed<Number>(
        _ values: [Number], _ shape: Shape, _ imputed: [Number], where isReplaced: (Number) -> Bool
    ) throws(BitdepthError) -> [Number] {
        let features = shape.dimensions.last ?? 1
        guard !imputed.isEmpty, imputed.count == 1 || imputed.count == features else {
            throw BitdepthError(
                .shapeMismatch, "\(imputed.count) imputed values of the input's kind do not fit \(features) features")
        }
        return values.enumerated().map { index, value in
            isReplaced(value) ? imputed[imputed.count == 1 ? 0 : index % features] : value
        }
    }
}
