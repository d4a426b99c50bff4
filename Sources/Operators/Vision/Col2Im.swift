import BitdepthGraphs
import BitdepthTensors

/// Blocks of an image added up where they came from: the columns `[N, C · block, L]` of L blocks become images `[N,
/// C, D…]`.
///
/// Source: ONNX operator specification, Col2Im-18.
public struct Col2Im: FoldableOperator {
    public static let signature = OperatorSignature("Col2Im", versions: [18], inputs: 3...3)
    /// Steps, dilations and pads of the blocks.
    public let window: Window

    public init(_ attributes: AttributeReader) throws(BitdepthError) { window = try Window(attributes) }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let columns = try inputs.required(0, "input")
        let image = try inputs.required(1, "image_shape")
        let block = try inputs.required(2, "block_shape")
        let dimensions = columns.dimensions ?? [.unknown, .unknown, .unknown]
        guard dimensions.count == 3 else {
            throw BitdepthError(.shapeMismatch, "columns of rank \(dimensions.count) must have rank 3")
        }
        guard let image = image.constant, let block = block.constant else {
            guard let spatial = unknownDimensions(asManyAs: image) else {
                return [TensorType(columns.element, PartialShape.unknown)]
            }
            return [TensorType(columns.element, PartialShape([dimensions[0], .unknown] + spatial))]
        }
        let geometry = try geometry(image, block)
        if let count = dimensions[2].value, count != geometry.outputCount {
            throw BitdepthError(
                .shapeMismatch, "there are \(count) columns where \(geometry.output) blocks fit the image")
        }
        let channels = try dimensions[1].value.map { count throws(BitdepthError) in
            try Col2Im.channels(count, block: geometry.kernelCount)
        }
        let shape = [dimensions[0], channels.map { .known($0) } ?? .unknown] + geometry.input.map { .known($0) }
        return [TensorType(columns.element, PartialShape(shape))]
    }

    private static func channels(_ count: Int, block: Int) throws(BitdepthError) -> Int {
        guard count % block == 0 else {
            throw BitdepthError(
                .shapeMismatch, "columns of \(count) elements do not hold whole blocks of \(block)")
        }
        return count / block
    }

    /// Where blocks lie in the image: as the windows of a convolution lie in its input.
    private func geometry(_ image: Tensor, _ block: Tensor) throws(BitdepthError) -> Window.Geometry {
        let extents = try Shape(try image.integers()).checkedForEvaluation()
        return try window.geometry(input: extents.dimensions, kernel: try block.integers())
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let columns = try inputs.required(0, "input")
        let shape = try outputShape(inputs)
        let geometry = try geometry(
            try inputs.required(1, "image_shape"), try inputs.required(2, "block_shape"))
        guard columns.type.isFloatingPoint else {
            let sums = try summed(try columns.bitPatterns(), geometry, shape, zero: 0) { $0 &+= $1 }
            return [try Tensor(wrapping: sums, shape: shape, type: columns.type)]
        }
        let sums = try summed(try columns.doubles(), geometry, shape, zero: 0) { $0 += $1 }
        return [try Tensor(reals: sums, shape: shape, type: columns.type)]
    }

    private func summed<Number>(
        _ columns: [Number], _ geometry: Window.Geometry, _ shape: Shape, zero: Number,
        _ add: (inout Number, Number) -> Void
    ) throws(BitdepthError) -> [Number] {
        var sums = try [Number](repeating: zero, filling: shape)
        guard shape.count > 0 else { return sums }
        let (pixels, blocks, blockSize) = (geometry.inputCount, geometry.outputCount, geometry.kernelCount)
        for block in 0..<blocks {
            let taps = geometry.taps(at: block)
            for plane in 0..<shape[0] * shape[1] {
                for tap in taps {
                    add(&sums[plane * pixels + tap.input], columns[(plane * blockSize + tap.kernel) * blocks + block])
                }
            }
        }
        return sums
    }
}
