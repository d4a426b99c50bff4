import BitdepthGraphs

/// Takes operators apart that ONNX Runtime's optimizer fused, and ONNX's Attention, into the operators that they are made of.
///
/// Quantization and kernels know the parts: a product inside a fused operator would stay float. Operators with a cache of keys
/// and values that they update in place, and with weights in blocks, stay what they are.
///
/// Source: ONNX Runtime, docs/ContribOperators.md.
public struct OperatorExpansion: RewritePass {
    public let name = "expand fused operators"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public static let rewritings =
        convolutions + products + integerProducts + gelus + normalizations + embeddings + attention
}
