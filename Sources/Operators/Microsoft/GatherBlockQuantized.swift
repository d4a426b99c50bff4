import BitdepthGraphs
import BitdepthTensors

/// Gather of codes that are quantized in blocks along an axis, dequantized on the way: data, indices, scales, optional zero
/// points.
///
/// Codes are of 4 bits by type, or of `bits` in bytes: then they are packed along the last axis, and without zero points
/// half of the range stands for 0. An index outside of the axis gives zeros.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.GatherBlockQuantized-1.
public struct GatherBlockQuantized: Operator {
    public static let signature = OperatorSignature(.microsoft("GatherBlockQuantized"), versions: [1], inputs: 3...4)

    public let bits: Int
    public let blockSize: Int
    public let gatherAxis: Int
    public let quantizeAxis: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        bits = try attributes.int("bits", default: 4)
        blockSize = try attributes.int("block_size", default: 128)
        gatherAxis = try attributes.int("gather_axis", default: 0)
        quantizeAxis = try attributes.int("quantize_axis", default: 1)
        guard PackedCodes.widths.contains(bits) else {
            throw attributes.invalid("bits", "is \(bits); it must be 2, 4 or 8")
        }
        guard blockSize >= 16, blockSize.nonzeroBitCount == 1 else {
            throw attributes.invalid("block_size", "is \(blockSize); it must be a power of two of at least 16")
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let scales = try inputs.required(2, "scales")
        guard var dimensions = data.dimensions, let places = indices.dimensions else {
            return [Fact(scales.element, .unknown)]
        }
        let axis = try Shape.normalize(axis: gatherAxis, rank: dimensions.count)
        if data.element == .uint8, let last = dimensions.popLast() {
            dimensions.append(try last.times(.known(8 / bits)))
        }
        return [Fact(scales.element, PartialShape(dimensions[..<axis] + places + dimensions[(axis + 1)...]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let data = try inputs.required(0, "data")
        let indices = try inputs.required(1, "indices")
        let scales = try inputs.required(2, "scales")
        let shape = try codeShape(data)
        let axis = try shape.axis(gatherAxis)
        let reals = try dequantized(data, shape, scales, inputs.optional(3))
        let lanes = Lanes(shape, axis: axis)
        let places = try indices.integers()
        let result = try Shape(
            shape.dimensions[..<axis] + indices.shape.dimensions + shape.dimensions[(axis + 1)...]
        ).checkedForEvaluation()
        var values: [Float] = []
        values.reserveCapacity(result.count)
        for outer in 0..<(result.count > 0 ? lanes.outer : 0) {
            for place in places {
                let index = place < 0 ? place &+ lanes.extent : place
                guard index >= 0, index < lanes.extent else {
                    values += [Float](repeating: 0, count: lanes.inner)
                    continue
                }
                let first = (outer * lanes.extent + index) * lanes.inner
                values += reals[first..<first + lanes.inner]
            }
        }
        return [try Tensor(floats: values, shape: result, type: scales.type)]
    }

    /// The shape of the data counted in codes.
    private func codeShape(_ data: Tensor) throws(BitdepthError) -> Shape {
        guard data.type == .uint8 else {
            guard data.type.isInteger, data.type.bitWidth == 4 else {
                throw BitdepthError(.typeMismatch, "data of type \(data.type.shortName) cannot be gathered from blocks")
            }
            return data.shape
        }
        guard let last = data.shape.dimensions.last else {
            throw BitdepthError(.shapeMismatch, "data is a scalar; there is no axis to gather along")
        }
        return try Shape(data.shape.dimensions.dropLast() + [last * (8 / bits)])
    }

    private func dequantized(
        _ data: Tensor, _ shape: Shape, _ scale: Tensor, _ zeroPoint: Tensor?
    ) throws(BitdepthError) -> [Float] {
        let isPacked = data.type == .uint8
        let codes = isPacked ? try PackedCodes.unpacked(data, bits: bits) : try data.integers()
        let layout = try ParameterLayout(data: shape, scale: scale.shape, axis: quantizeAxis, blockSize: blockSize)
        let scales = try scale.floats()
        let middle = isPacked ? 1 << (bits - 1) : 0
        let zeroPoints = try zeroPoint.map { zeroPoint throws(BitdepthError) in
            try self.zeroPoints(zeroPoint, isPacked: isPacked, scale: scale.shape)
        }
        var reals = try [Float](repeating: 0, filling: shape)
        layout.forEach { i, p in reals[i] = Float(codes[i] - (zeroPoints?[p] ?? middle)) * scales[p] }
        return reals
    }

    /// One zero point for each scale; packed ones fill up the last byte of every row.
    private func zeroPoints(_ tensor: Tensor, isPacked: Bool, scale: Shape) throws(BitdepthError) -> [Int] {
        let codes = isPacked ? try PackedCodes.unpacked(tensor, bits: bits) : try tensor.integers()
        let row = max(scale.dimensions.last ?? 1, 1)
        let perByte = isPacked ? 8 / bits : 1
        let stored = (row + perByte - 1) / perByte * perByte
        guard codes.count == scale.count / row * stored else {
            throw BitdepthError(
                .shapeMismatch, "zero points of shape \(tensor.shape) do not fit scales of shape \(scale)")
        }
        return (0..<scale.count).map { codes[$0 / row * stored + $0 % row] }
    }
}
