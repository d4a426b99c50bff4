import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// An element-wise function that has a vector kernel, in whatever layout its values lie.
struct FloatFunction: Lowering {
    let node: FloatNode
    let input: ValueName
    let function: VectorFunction

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let input = node.node.input(0), node.clamp == .none, context.facts[input]?.element == .float32,
            context.shape(input) != nil, context.shape(input) == context.shape(node.output),
            let function = VectorFunction(node.op) ?? VectorFunction(power: node, context)
        else { return nil }
        self.node = node
        self.input = input
        self.function = function
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.float(input, layout: nil)
        let kernel = try builder.kernels.entry(\.sunary)
        let target = builder.define(node.output, shape: view.shape, layout: view.layout, cell: .float32)
        let function = function
        builder.add(
            node.description(kernel: "sunary \(builder.instructionSet)"), reads: [view.buffer], writes: [target.buffer]
        ) { placement in
            VectorFunctionStep(
                kernel: kernel, function: function, input: placement[view.buffer], output: placement[target.buffer],
                count: view.shape.count)
        }
    }
}

/// A function of the kernels with its parameters.
struct VectorFunction: Sendable {
    var code: bd_function
    var alpha: Float = 0
    var beta: Float = 0

    /// `nil` for operators without a vector kernel.
    init?(_ op: any Operator) {
        guard let function = VectorFunction.plain[type(of: op).signature.name] ?? VectorFunction.withParameters(op)
        else { return nil }
        self = function
    }

    /// Squares, which many models write as powers.
    init?(power node: FloatNode, _ context: CompileContext) {
        guard node.node.op == "Pow", let exponent = context.constant(node.node.input(1)), exponent.count == 1,
            (try? exponent.doubles()) == [2]
        else { return nil }
        self.init(BD_FUNCTION_SQUARE)
    }

    private init(_ code: bd_function, alpha: Float = 0, beta: Float = 0) {
        self.code = code
        self.alpha = alpha
        self.beta = beta
    }

    private static let plain: [OperatorName: VectorFunction] = [
        "Sigmoid": .init(BD_FUNCTION_SIGMOID), "Tanh": .init(BD_FUNCTION_TANH), "Exp": .init(BD_FUNCTION_EXP),
        "Log": .init(BD_FUNCTION_LOG), "Sqrt": .init(BD_FUNCTION_SQRT), "Reciprocal": .init(BD_FUNCTION_RECIPROCAL),
        "Abs": .init(BD_FUNCTION_ABSOLUTE), "Neg": .init(BD_FUNCTION_NEGATE), "Erf": .init(BD_FUNCTION_ERF),
        "HardSwish": .init(BD_FUNCTION_HARD_SWISH, alpha: 1 / 6, beta: 0.5), "Mish": .init(BD_FUNCTION_MISH),
        "Softplus": .init(BD_FUNCTION_SOFTPLUS), "Softsign": .init(BD_FUNCTION_SOFTSIGN),
        OperatorName("Gelu", domain: "com.microsoft"): .init(BD_FUNCTION_GELU),
    ]

    private static func withParameters(_ op: any Operator) -> VectorFunction? {
        switch op {
        case let op as Gelu: .init(op.approximation == .tanh ? BD_FUNCTION_GELU_TANH : BD_FUNCTION_GELU)
        case let op as Swish: .init(BD_FUNCTION_SWISH, alpha: op.alpha)
        case let op as QuickGelu: .init(BD_FUNCTION_SWISH, alpha: op.alpha)
        case let op as HardSigmoid: .init(BD_FUNCTION_HARD_SIGMOID, alpha: op.alpha, beta: op.beta)
        case let op as LeakyRelu: .init(BD_FUNCTION_LEAKY_RELU, alpha: op.alpha)
        case let op as Elu: .init(BD_FUNCTION_ELU, alpha: op.alpha, beta: 1)
        case let op as Selu: .init(BD_FUNCTION_ELU, alpha: op.alpha, beta: op.gamma)
        case let op as Celu: .init(BD_FUNCTION_CELU, alpha: op.alpha)
        default: nil
        }
    }
}
