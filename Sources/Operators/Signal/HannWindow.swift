import BitdepthGraphs
import BitdepthTensors

/// One period of a raised cosine. Source: ONNX operator specification, HannWindow-17.
public struct HannWindow: CosineWindow {
    public static let signature = OperatorSignature("HannWindow", versions: [17], inputs: 1...1)
    public static let coefficients = CosineCoefficients(constant: 0.5, once: 0.5)
    public let form: WindowForm
    public init(_ attributes: AttributeReader) throws(BitdepthError) { form = try WindowForm(attributes) }
}
