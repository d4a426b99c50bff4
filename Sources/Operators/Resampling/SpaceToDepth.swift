import BitdepthGraphs
import BitdepthTensors

/// Moves blocks of space into channels: `[N, C, H·b, W·b]` → `[N, C·b·b, H, W]`.
///
/// Source: ONNX operator specification, SpaceToDepth-28.
public struct SpaceToDepth: Operator {
    public static let signature = OperatorSignature("SpaceToDepth", versions: [1, 13, 28], inputs: 1...1)

    public let block: SpaceBlock
    public let mode: DepthToSpace.Mode

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        block = try SpaceBlock(attributes)
        mode = try attributes.choice("mode", default: .depthColumnRow)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "input")
        guard let dimensions = x.dimensions else { return [Fact(x.element, .unknown)] }
        try block.checkRank(dimensions.count)
        let height = try block.quotient(dimensions[2], by: block.size, "height")
        let width = try block.quotient(dimensions[3], by: block.size, "width")
        let channels = try block.product(try block.product(dimensions[1]))
        return [Fact(x.element, PartialShape([dimensions[0], channels, height, width]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let type = try infer([Fact(TensorType(of: x))])[0].type
        guard let shape = type.shape.shape else {
            throw BitdepthError(.limitExceeded, "the output of input \(x) has too many elements")
        }
        let (b, channels) = (block.size, x.shape[1])
        var positions: [Int] = []
        positions.reserveCapacity(shape.count)
        for n in 0..<shape[0] {
            for to in 0..<shape[1] {
                let (inBlock, c) =
                    mode == .depthColumnRow ? (to / channels, to % channels) : (to % (b * b), to / (b * b))
                for h in 0..<shape[2] {
                    for w in 0..<shape[3] {
                        positions.append(
                            ((n * channels + c) * x.shape[2] + h * b + inBlock / b) * x.shape[3] + w * b + inBlock % b)
                    }
                }
            }
        }
        return [try x.gathered(positions, shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}
