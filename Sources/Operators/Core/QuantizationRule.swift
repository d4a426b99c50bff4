/// What an operator asks of its inputs and promises of its outputs when they are quantized: data, read by the quantizer.
public struct QuantizationRule: Sendable, Hashable {
    public var inputs: [InputRole]
    /// The role of further inputs than `inputs` names (Concat takes any number).
    public var otherInputs: InputRole
    public var outputs: OutputRole
    /// Whether a following Relu or Clip may run inside this operator's integer kernel.
    public var fusesActivation: Bool

    public enum InputRole: Sendable, Hashable {
        /// Carries its own scale, chosen by calibration.
        case activation
        /// A weight where it is constant (else an activation); `axis` counts output channels.
        case weight(axis: Int)
        /// A 32-bit bias whose scale is the product of those of an activation and a weight, given by position.
        case bias(activation: Int, weight: Int)
        /// Stays as it is: indices, shapes, and float operands of float operators.
        case untouched
    }

    public enum OutputRole: Sendable, Hashable {
        /// Carries its own scale, chosen by calibration.
        case calibrated
        /// Same scale and zero point as an input: the operator only moves codes about.
        case sameScale(asInput: Int)
        /// All inputs and the output share one scale (Concat), taken from the output's range.
        case sharedScale
        /// Scale 1/256 whatever the data (Softmax, Sigmoid): `low` and `high` bound the output for certain.
        case fixed(low: Float, high: Float)
        /// The output stays float.
        case float
    }

    public init(
        inputs: [InputRole], otherInputs: InputRole = .untouched, outputs: OutputRole, fusesActivation: Bool = false
    ) {
        self.inputs = inputs
        self.otherInputs = otherInputs
        self.outputs = outputs
        self.fusesActivation = fusesActivation
    }

    public func role(ofInput index: Int) -> InputRole { index < inputs.count ? inputs[index] : otherInputs }

    /// Never quantized.
    public static let float = QuantizationRule(inputs: [], outputs: .float)
    /// One activation in, one out, each with its own scale: unary functions (tables of 256 entries), pools by average.
    public static let unary = QuantizationRule(inputs: [.activation], outputs: .calibrated)
    /// Moves elements about without changing them; further inputs are indices or shapes.
    public static let dataMovement = QuantizationRule(inputs: [.activation], outputs: .sameScale(asInput: 0))
    /// Two activations in, one out.
    public static let binary = QuantizationRule(
        inputs: [.activation, .activation], outputs: .calibrated, fusesActivation: true)

    public var isFloat: Bool { self == .float }
}
