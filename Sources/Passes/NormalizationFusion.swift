import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Recognises normalizations that exporters spelled out.
///
/// First the standardization itself becomes an operator, with a scale of ones; then factors and summands behind it, whatever
/// their order, become its scale and bias.
public struct NormalizationFusion: RewritePass {
    public let name = "fuse normalizations"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public static let rewritings =
        layerNormalization + rmsNormalization + [groupNormalization] + laneParameters + channelParameters
}
