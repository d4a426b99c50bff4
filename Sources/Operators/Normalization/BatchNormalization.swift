import BitdepthGraphs
import BitdepthTensors

/// (X - mean) / √(variance + epsilon) · scale + B, with one mean, variance, scale and B for each channel of `[N, C, D…]`.
///
/// Inference only. Source: ONNX operator specification, BatchNormalization-15.
public struct BatchNormalization: Operator {
    public static let signature = OperatorSignature(
        "BatchNormalization", versions: [1, 6, 7, 9, 14, 15], inputs: 5...5, outputs: 1...3)

    public let epsilon: Float

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        epsilon = try attributes.float("epsilon", default: 1e-5)
        guard try !attributes.flag("training_mode", default: false) else {
            throw BitdepthError(
                .unsupportedOperator, "BatchNormalization that updates its statistics (training_mode) is not supported",
                help: ["export the model for inference (in PyTorch: model.eval() before the export)"])
        }
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { [Fact(try inputs.required(0, "X").type)] }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        // A vector is a batch of one channel.
        let channels = x.shape.rank > 1 ? x.shape[1] : 1
        let scale = try parameter(inputs, 1, "scale", channels)
        let bias = try parameter(inputs, 2, "B", channels)
        let mean = try parameter(inputs, 3, "input_mean", channels)
        let variance = try parameter(inputs, 4, "input_var", channels)
        let factor = (0..<channels).map { scale[$0] / (variance[$0] + Double(epsilon)).squareRoot() }
        let pixels = x.shape.rank > 2 ? x.shape.count(of: 2..<x.shape.rank) : 1
        var y = try x.doubles()
        for i in y.indices {
            let c = i / pixels % channels
            y[i] = (y[i] - mean[c]) * factor[c] + bias[c]
        }
        return [try Tensor(reals: y, shape: x.shape, type: x.type)]
    }

    private func parameter(_ inputs: [Tensor?], _ index: Int, _ name: String, _ channels: Int) throws(BitdepthError)
        -> [Double]
    {
        let values = try inputs.required(index, name).doubles()
        guard values.count == channels else {
            throw BitdepthError(
                .shapeMismatch, "input \(index) (\(name)) has \(values.count) elements for \(channels) channels")
        }
        return values
    }
}
