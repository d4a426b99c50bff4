import BitdepthGraphs
import BitdepthTensors

/// Two cosines, whose side lobes are lower than those of one. Source: ONNX operator specification, BlackmanWindow-17.
public struct BlackmanWindow: CosineWindow {
    public static let signature = OperatorSignature("BlackmanWindow", versions: [17], inputs: 1...1)
    public static let coefficients = CosineCoefficients(constant: 0.42, once: 0.5, twice: 0.08)
    public let form: WindowForm
    public init(_ attributes: AttributeReader) throws(BitdepthError) { form = try WindowForm(attributes) }
}
