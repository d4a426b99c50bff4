import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A part of the graph that was picked to become steps: one node, or an island of nodes that fuse.
protocol Lowering {
    /// Values that must have been computed before.
    var reads: [ValueName] { get }
    /// Whether the steps compute all outputs of the node at once.
    var makesAllOutputs: Bool { get }
    /// A value that it reads with a border around it.
    var wantedBorder: (value: ValueName, border: Border)? { get }
    /// The value that it can write into the middle of a larger image.
    var borderedOutput: ValueName? { get }
    func emit(into builder: inout ProgramBuilder) throws(BitdepthError)
}

extension Lowering {
    var makesAllOutputs: Bool { false }
    var wantedBorder: (value: ValueName, border: Border)? { nil }
    var borderedOutput: ValueName? { nil }
}

/// A node that fuses: what stands around an operator between codes and codes, or codes and floats.
///
/// `DequantizeLinear → operator → (Relu or Clip) → QuantizeLinear`. Without the last node the result is float.
struct Island {
    var node: Node
    var op: any Operator
    var inputs: [IslandInput?]
    /// The fused activation, if there is one.
    var clamp: Clamp?
    var output: ValueName
    /// `nil` when the island's result is float.
    var outputParameters: CodeParameters?
    /// Labels of the other nodes that the island swallowed.
    var fused: [String]
    /// The value that the operator itself produces: its type and shape.
    var coreOutput: ValueName

    /// An operand; `nil` when it is left out.
    func input(_ index: Int) -> IslandInput? { index < inputs.count ? inputs[index] : nil }

    func activation(_ index: Int) -> (value: ValueName, parameters: CodeParameters)? {
        guard case .codes(let value, let parameters)? = input(index) else { return nil }
        return (value, parameters)
    }
}

enum IslandInput {
    /// Per-tensor 8-bit codes that the graph computes.
    case codes(ValueName, CodeParameters)
    /// A quantized constant.
    case constant(QuantizedConstant)
    /// A float constant: a bias, a bound.
    case float(Tensor)
}

/// A constant behind a DequantizeLinear: codes with their scales along an axis.
struct QuantizedConstant {
    var codes: Tensor
    /// One, or one per index of `axis`.
    var scales: [Float]
    var zeroPoints: [Int]
    var axis: Int
}

extension QuantizedConstant {
    /// Scale and zero point of each of `count` channels.
    func channelScales(_ count: Int) -> [Float]? {
        scales.count == 1 ? [Float](repeating: scales[0], count: count) : scales.count == count ? scales : nil
    }

    func channelZeroPoints(_ count: Int) -> [Int]? {
        zeroPoints.count == 1
            ? [Int](repeating: zeroPoints[0], count: count) : zeroPoints.count == count ? zeroPoints : nil
    }
}
