import BitdepthGraphs
import BitdepthTensors

/// Moves blocks of channels into space: `[N, C·b·b, H, W]` → `[N, C, H·b, W·b]`.
///
/// Source: ONNX operator specification, DepthToSpace-28.
public struct DepthToSpace: Operator {
    public static let signature = OperatorSignature("DepthToSpace", versions: [1, 11, 13, 28], inputs: 1...1)

    /// Whether the block's row and column are the outer (DCR) or the inner (CRD) part of the channel number.
    public enum Mode: String, Sendable, CaseIterable { case depthColumnRow = "DCR", columnRowDepth = "CRD" }

    public let block: SpaceBlock
    public let mode: Mode

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        block = try SpaceBlock(attributes)
        mode = try attributes.choice("mode", default: .depthColumnRow)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "input")
        guard let dimensions = x.dimensions else { return [Fact(x.element, .unknown)] }
        try block.checkRank(dimensions.count)
        let channels = try block.quotient(dimensions[1], by: block.size * block.size, "channels")
        return [
            Fact(
                x.element,
                PartialShape([
                    dimensions[0], channels, try block.product(dimensions[2]), try block.product(dimensions[3]),
                ]))
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let type = try infer([Fact(TensorType(of: x))])[0].type
        guard let shape = type.shape.shape else {
            throw BitdepthError(.limitExceeded, "the output of input \(x) has too many elements")
        }
        let (b, channels) = (block.size, shape[1])
        var positions: [Int] = []
        positions.reserveCapacity(shape.count)
        for n in 0..<shape[0] {
            for c in 0..<channels {
                for h in 0..<shape[2] {
                    for w in 0..<shape[3] {
                        let inBlock = h % b * b + w % b
                        let from = mode == .depthColumnRow ? inBlock * channels + c : c * b * b + inBlock
                        positions.append(((n * x.shape[1] + from) * x.shape[2] + h / b) * x.shape[3] + w / b)
                    }
                }
            }
        }
        return [try x.gathered(positions, shape: shape)]
    }

    public var quantization: QuantizationRule { .dataMovement }
}
