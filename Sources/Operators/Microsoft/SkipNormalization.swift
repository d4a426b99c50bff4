import BitdepthGraphs
import BitdepthTensors

/// What SkipLayerNormalization and SkipSimplifiedLayerNormalization share: the sum of input, skip and an optional bias,
/// standardized over the last axis. Outputs: the result, mean and inverse deviation of each row, the sum.
struct SkipNormalization: Sendable, Hashable {
    let epsilon: Float
    /// Whether the mean is subtracted.
    let isCentered: Bool

    init(_ attributes: AttributeReader, isCentered: Bool) throws(BitdepthError) {
        epsilon = try attributes.float("epsilon", default: 1e-12)
        self.isCentered = isCentered
    }

    func infer(_ input: Fact) -> [Fact] {
        let rows = input.dimensions.map { PartialShape($0.dropLast() + [.known(1)]) } ?? .unknown
        return [Fact(input.type), Fact(.float32, rows), Fact(.float32, rows), Fact(input.type)]
    }

    func evaluate(
        _ input: Tensor, skip: Tensor, gamma: Tensor, beta: Tensor?, bias: Tensor?
    ) throws(BitdepthError) -> [Tensor] {
        guard let width = input.shape.dimensions.last, width > 0 else {
            throw BitdepthError(.shapeMismatch, "\(input) has no last axis to normalize over")
        }
        var values = try sum(try input.doubles(), skip, "skip", input.shape)
        if let bias { values = try sum(values, bias, "bias", input.shape) }
        let total = try Tensor(reals: values, shape: input.shape, type: input.type)
        var result = Standardization(values, runLength: width, epsilon: Double(epsilon), isCentered: isCentered)
        try result.apply(scale: gamma, bias: beta, shape: input.shape)
        let rows = try Shape(input.shape.dimensions.dropLast() + [1])
        return [
            try Tensor(reals: result.values, shape: input.shape, type: input.type),
            try Tensor(reals: result.means, shape: rows, type: .float32),
            try Tensor(reals: result.inverseDeviations, shape: rows, type: .float32),
            total,
        ]
    }

    private func sum(
        _ values: [Double], _ operand: Tensor, _ name: String, _ shape: Shape
    ) throws(BitdepthError) -> [Double] {
        let walk = try BroadcastWalk(shape, operand.shape)
        guard walk.shape == shape else {
            throw BitdepthError(.shapeMismatch, "\(name) of shape \(operand.shape) does not broadcast to \(shape)")
        }
        return try walk.map(values, try operand.doubles()) { $0 + $1 }
    }
}

/// Layer normalization of input + skip (+ bias): input, skip, gamma, optional beta, optional bias.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.SkipLayerNormalization-1.
public struct SkipLayerNormalization: Operator {
    public static let signature = OperatorSignature(
        .microsoft("SkipLayerNormalization"), versions: [1], inputs: 3...5, outputs: 1...4)

    private let normalization: SkipNormalization
    public var epsilon: Float { normalization.epsilon }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        normalization = try SkipNormalization(attributes, isCentered: true)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        normalization.infer(try inputs.required(0, "input"))
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try normalization.evaluate(
            try inputs.required(0, "input"), skip: try inputs.required(1, "skip"),
            gamma: try inputs.required(2, "gamma"), beta: inputs.optional(3), bias: inputs.optional(4))
    }
}

/// Root mean square normalization of input + skip (+ bias): input, skip, gamma, optional bias.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.SkipSimplifiedLayerNormalization-1.
public struct SkipSimplifiedLayerNormalization: Operator {
    public static let signature = OperatorSignature(
        .microsoft("SkipSimplifiedLayerNormalization"), versions: [1], inputs: 3...4, outputs: 1...4)

    private let normalization: SkipNormalization
    public var epsilon: Float { normalization.epsilon }

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        normalization = try SkipNormalization(attributes, isCentered: false)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        normalization.infer(try inputs.required(0, "input"))
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try normalization.evaluate(
            try inputs.required(0, "input"), skip: try inputs.required(1, "skip"),
            gamma: try inputs.required(2, "gamma"), beta: nil, bias: inputs.optional(3))
    }
}
