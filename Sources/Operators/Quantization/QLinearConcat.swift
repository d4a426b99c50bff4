import BitdepthGraphs
import BitdepthTensors

/// Concatenation of codes of different scales: output scale and zero point, then codes, scale and zero point of each operand.
///
/// Source: ONNX Runtime, com.microsoft.QLinearConcat-1.
public struct QLinearConcat: Operator {
    public static let signature = OperatorSignature(
        OperatorName("QLinearConcat", domain: QuantizedFunction.domain), versions: [1],
        inputs: 5...OperatorSignature.anyNumber)

    public let axis: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.required("axis", try attributes.int("axis"))
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let element = try inputs.required(1, "Y_zero_point").element
        let first = try inputs.required(2, "codes")
        guard var dimensions = first.dimensions else { return [Fact(element, .unknown)] }
        let axis = try Shape.normalize(axis: axis, rank: dimensions.count)
        var extent: Int? = 0
        for index in stride(from: 2, to: inputs.count, by: 3) {
            guard let operand = try inputs.required(index, "codes").dimensions else { return [Fact(element, .unknown)] }
            guard operand.count == dimensions.count else {
                throw BitdepthError(
                    .shapeMismatch, "operands of rank \(dimensions.count) and \(operand.count) cannot be concatenated")
            }
            extent = extent.flatMap { sum in
                operand[axis].value.flatMap { sum.addingReportingOverflow($0).overflow ? nil : sum + $0 }
            }
        }
        dimensions[axis] = extent.map(Dimension.known) ?? .unknown
        return [Fact(element, PartialShape(dimensions))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        var operands: [(lanes: Lanes, values: [Float])] = []
        var dimensions: [Int] = []
        for index in stride(from: 2, to: inputs.count, by: 3) {
            let operand = try QuantizedFunction.operand(inputs, at: index)
            let axis = try operand.shape.axis(axis)
            var others = operand.shape.dimensions
            others[axis] = dimensions.isEmpty || dimensions.count != others.count ? 0 : dimensions[axis]
            guard dimensions.isEmpty || others == dimensions else {
                throw BitdepthError(
                    .shapeMismatch, "an operand of shape \(operand.shape) cannot be concatenated along axis \(axis)")
            }
            others[axis] += operand.shape[axis]
            dimensions = others
            operands.append((Lanes(operand.shape, axis: axis), try operand.floats()))
        }
        let shape = try Shape(dimensions)
        var reals: [Float] = []
        reals.reserveCapacity(shape.count)
        for o in 0..<(operands.first?.lanes.outer ?? 0) {
            for (lanes, values) in operands {
                let slice = lanes.extent * lanes.inner
                reals += values[o * slice..<(o + 1) * slice]
            }
        }
        return try QuantizedFunction.result(
            try Tensor(reals, shape: shape), inputs, at: 0, type: try inputs.required(2, "codes").type)
    }
}
