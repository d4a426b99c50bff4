import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Which kernels an operator has: what the lowering rules can make of it where shapes and types allow.
///
/// Read only, for tables and messages. What a given node becomes is decided when its graph is compiled.
public struct KernelSupport: Sendable, Hashable {
    /// The kernel of FP32 values; `nil` where the reference evaluation runs.
    public var float: Kernel?
    /// The kernel of 8-bit codes; `nil` where quantized values are dequantized first.
    public var integer: Kernel?
    /// How the operator is quantized where attributes have their defaults; `nil` where it depends on attributes that
    /// have none.
    public var quantization: QuantizationRule?
    /// The operator whose kernels run, between DequantizeLinear and QuantizeLinear, for operators from codes to codes.
    public var readAs: OperatorName?
    /// What the operator is taken apart into before it is compiled, in words; `nil` where it stays whole.
    public var parts: String?

    /// Families of kernels, by what they do.
    public enum Kernel: String, Sendable, Hashable, CaseIterable {
        /// Sums of products: convolutions, matrix products and recurrent layers.
        case sums
        /// Two values, element by element.
        case binary
        /// A function of one element; of codes it is a table of 256 entries.
        case unary
        case pool
        case concatenation
        case transposition
        /// The same elements in another shape: no work.
        case reshape
        /// Softmax, and values brought to mean 0 and variance 1.
        case normalization
        /// Sums, means and extremes along axes.
        case reduction
        /// Elements are moved about without change.
        case movement
        /// Between floats and codes.
        case conversion
    }

    /// What there is for an operator of the catalogue; operators that it lacks have nothing.
    public init(of name: OperatorName) {
        let type = OperatorCatalogue.all[name]
        if let plain = name.readAsQDQ {
            readAs = plain
            integer = KernelSupport(of: plain).integer
            return
        }
        quantization = type.flatMap(KernelSupport.rule)
        parts = name.parts
        guard type != nil else { return }
        float =
            KernelSupport.shared[name] ?? KernelSupport.floats[name] ?? (type is any UnaryOperator.Type ? .unary : nil)
        integer =
            KernelSupport.shared[name] ?? KernelSupport.codes[name]
            ?? (QuantizedPointwise.operators.contains(name) ? .unary : nil)
        if integer == nil, case .sameScale(asInput: 0)? = quantization?.outputs { integer = .movement }
    }

    /// Operators with kernels of both kinds, by the rules of ``LoweringRules`` that name them.
    private static let shared: [OperatorName: Kernel] = {
        var kernels: [OperatorName: Kernel] = [
            "MaxPool": .pool, "AveragePool": .pool, "GlobalMaxPool": .pool, "GlobalAveragePool": .pool,
            "Concat": .concatenation, "Transpose": .transposition, "QuantizeLinear": .conversion,
            "DequantizeLinear": .conversion,
        ]
        for name in LoweringRules.floatResults.union(LoweringRules.recurrent) { kernels[name] = .sums }
        for name in QuantizedBinary.operations.keys { kernels[name] = .binary }
        for name in QuantizedMovement.reshaping { kernels[name] = .reshape }
        return kernels
    }()

    /// Operators whose kernels take floats alone.
    private static let floats: [OperatorName: Kernel] = {
        var kernels: [OperatorName: Kernel] = [
            "Sum": .binary, "Equal": .binary, "Less": .binary, "LessOrEqual": .binary, "Greater": .binary,
            "GreaterOrEqual": .binary, "Cast": .conversion, "Where": .movement,
            "DynamicQuantizeLinear": .conversion,
            OperatorName("MatMulNBits", domain: "com.microsoft"): .sums,
        ]
        for name in VectorReduction.all.keys { kernels[name] = .reduction }
        for name in Rearrangement.operators { kernels[name] = .movement }
        for name: OperatorName in [
            "Softmax", "LogSoftmax", "LayerNormalization", "RMSNormalization", "InstanceNormalization",
            "GroupNormalization",
        ] { kernels[name] = .normalization }
        return kernels
    }()

    /// Operators whose kernels take codes alone.
    private static let codes: [OperatorName: Kernel] = ["MatMulInteger": .sums]

    /// The rule of a node that has no attributes, else of one that has the commonest attributes without defaults.
    private static func rule(of type: any Operator.Type) -> QuantizationRule? {
        let name = type.signature.name
        let inputs = type.signature.inputCount.lowerBound
        func node(_ attributes: [String: Attribute]) -> Node {
            var node = Node(
                name, inputs: (0..<inputs).map { ValueName("x\($0)") },
                outputs: (0..<type.signature.outputCount.lowerBound).map { ValueName("y\($0)") })
            for (key, value) in attributes { node.attributes[key] = value }
            return node
        }
        for attributes in [[:], common] {
            if let op = try? OperatorCatalogue.all.decode(node(attributes)) { return op.quantization }
        }
        return nil
    }

    /// Attributes that specifications demand but whose values change no quantization rule.
    private static let common: [String: Attribute] = [
        "kernel_shape": .ints([1, 1]), "blocksize": .int(1), "axis": .int(0), "num_groups": .int(1), "size": .int(1),
    ]
}
