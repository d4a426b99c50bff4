import BitdepthGraphs
import BitdepthTensors

/// A raised cosine that does not quite fall to zero, which lowers the nearest side lobe. Source: ONNX operator
/// specification, HammingWindow-17.
public struct HammingWindow: CosineWindow {
    public static let signature = OperatorSignature("HammingWindow", versions: [17], inputs: 1...1)
    public static let coefficients = CosineCoefficients(constant: 25.0 / 46, once: 21.0 / 46)
    public let form: WindowForm
    public init(_ attributes: AttributeReader) throws(BitdepthError) { form = try WindowForm(attributes) }
}
