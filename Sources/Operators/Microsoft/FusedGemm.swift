import BitdepthGraphs
import BitdepthTensors

/// Gemm, then an activation: A, B and an optional C.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.FusedGemm-1.
public struct FusedGemm: Operator {
    public static let signature = OperatorSignature(.microsoft("FusedGemm"), versions: [1], inputs: 2...3)

    public let gemm: Gemm
    public let activation: FusedActivation

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        gemm = try Gemm(attributes)
        let name = try attributes.string("activation")
        let alpha = try attributes.float("activation_alpha")
        let beta = try attributes.float("activation_beta")
        let gamma = try attributes.float("activation_gamma")
        // Selu is the only function that has a gamma; it has no beta.
        activation = try FusedActivation(name, name == "Selu" ? [alpha, gamma] : [alpha, beta], attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try gemm.infer(inputs) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        try gemm.evaluate(inputs).map { y throws(BitdepthError) in
            try Tensor(reals: try y.doubles().map { activation.apply($0) }, shape: y.shape, type: y.type)
        }
    }
}
