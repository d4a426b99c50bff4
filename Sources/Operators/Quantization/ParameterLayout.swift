import BitdepthTensors

/// Which scale and zero point belong to which element: one for all, one for each index of an axis, or one for each block
/// of neighbours along an axis.
struct ParameterLayout {
    /// Scales, and zero points, that the layout needs.
    let count: Int
    private let lanes: Lanes
    /// Elements along the axis that share parameters.
    private let blockSize: Int
    private let isBlocked: Bool

    /// - Parameters:
    ///   - data: The shape of the quantized tensor.
    ///   - scale: The shape of its scale, which decides.
    ///   - axis: May count from the end.
    ///   - blockSize: 0 unless blocked.
    /// - Throws: ``BitdepthError/Code/shapeMismatch``, naming both shapes.
    init(data: Shape, scale: Shape, axis: Int, blockSize: Int) throws(BitdepthError) {
        if scale.count == 1, blockSize == 0 {
            self.init(
                count: 1, lanes: Lanes(data, axes: 0..<data.rank), blockSize: max(data.count, 1), isBlocked: false)
            return
        }
        let axis = try data.axis(axis)
        let lanes = Lanes(data, axis: axis)
        guard blockSize > 0 else {
            guard scale.dimensions == [data[axis]] else {
                throw BitdepthError(
                    .shapeMismatch, "a scale of shape \(scale) does not fit axis \(axis) of a tensor of shape \(data)")
            }
            self.init(count: data[axis], lanes: lanes, blockSize: 1, isBlocked: false)
            return
        }
        var blocks = data.dimensions
        blocks[axis] = (data[axis] - 1) / blockSize + 1
        guard data[axis] > 0, scale.dimensions == blocks else {
            throw BitdepthError(
                .shapeMismatch,
                "a scale of shape \(scale) does not fit blocks of \(blockSize) along axis \(axis) of a tensor of shape \(data)"
            )
        }
        self.init(count: scale.count, lanes: lanes, blockSize: blockSize, isBlocked: true)
    }

    private init(count: Int, lanes: Lanes, blockSize: Int, isBlocked: Bool) {
        (self.count, self.lanes, self.blockSize, self.isBlocked) = (count, lanes, blockSize, isBlocked)
    }

    /// Calls `body` with each element's position and that of its parameters.
    func forEach(_ body: (_ element: Int, _ parameters: Int) -> Void) {
        guard lanes.extent > 0, lanes.inner > 0 else { return }
        let blocks = (lanes.extent - 1) / blockSize + 1
        for o in 0..<lanes.outer {
            for a in 0..<lanes.extent {
                let block = a / blockSize
                for i in 0..<lanes.inner {
                    let parameters = isBlocked ? (o * blocks + block) * lanes.inner + i : block
                    body((o * lanes.extent + a) * lanes.inner + i, parameters)
                }
            }
        }
    }
}

/// Attributes `axis` and `block_size` of QuantizeLinear and DequantizeLinear.
public struct QuantizationAxis: Sendable, Hashable {
    /// May count from the end.
    public let axis: Int
    /// Elements along the axis that share a scale; 0 where quantization is not blocked.
    public let blockSize: Int

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis", default: 1)
        blockSize = try attributes.int("block_size", default: 0)
        guard blockSize >= 0 else { throw attributes.invalid("block_size", "is \(blockSize); it must not be negative") }
    }

    func layout(data: Shape, scale: Tensor, zeroPoint: Tensor?) throws(BitdepthError) -> ParameterLayout {
        let layout = try ParameterLayout(data: data, scale: scale.shape, axis: axis, blockSize: blockSize)
        if let zeroPoint, zeroPoint.count != layout.count {
            throw BitdepthError(.shapeMismatch, "zero point \(zeroPoint) and scale \(scale) do not have the same shape")
        }
        return layout
    }
}
