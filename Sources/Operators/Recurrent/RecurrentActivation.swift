import BitdepthGraphs
import BitdepthTensors

/// A function that a recurrent cell applies to its gates, with its parameters.
///
/// Source: ONNX operator specification, LSTM-22, "Activation functions".
public struct RecurrentActivation: Sendable, Hashable {
    /// The functions by the specification's names.
    public enum Function: String, Sendable, CaseIterable {
        case relu = "Relu"
        case tanh = "Tanh"
        case sigmoid = "Sigmoid"
        case affine = "Affine"
        case leakyRelu = "LeakyRelu"
        case thresholdedRelu = "ThresholdedRelu"
        case scaledTanh = "ScaledTanh"
        case hardSigmoid = "HardSigmoid"
        case elu = "Elu"
        case softsign = "Softsign"
        case softplus = "Softplus"

        /// The parameters that the function has, with the values that they have where none are given.
        var defaults: (alpha: Float?, beta: Float?) {
            switch self {
            case .relu, .tanh, .sigmoid, .softsign, .softplus: (nil, nil)
            case .affine: (1, 0)
            case .scaledTanh: (1, 1)
            case .hardSigmoid: (0.2, 0.5)
            case .leakyRelu: (0.01, nil)
            case .thresholdedRelu, .elu: (1, nil)
            }
        }

        /// The function of a name, in whatever case: exporters differ.
        init?(named name: String) {
            guard let function = Function.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
            else { return nil }
            self = function
        }
    }

    public let function: Function
    /// Meaningless for functions without this parameter.
    public let alpha: Float
    public let beta: Float

    public init(_ function: Function, alpha: Float? = nil, beta: Float? = nil) {
        self.function = function
        self.alpha = alpha ?? function.defaults.alpha ?? 0
        self.beta = beta ?? function.defaults.beta ?? 0
    }

    public func callAsFunction(_ x: Double) -> Double {
        let (alpha, beta) = (Double(alpha), Double(beta))
        return switch function {
        case .relu: x < 0 ? 0 : x
        case .tanh: RealFunctions.tanh(x)
        case .sigmoid: RecurrentActivation.sigmoid(x)
        case .affine: alpha * x + beta
        case .leakyRelu: x < 0 ? alpha * x : x
        case .thresholdedRelu: x < alpha ? 0 : x
        case .scaledTanh: alpha * RealFunctions.tanh(beta * x)
        case .hardSigmoid: RecurrentActivation.withinUnit(alpha * x + beta)
        case .elu: x < 0 ? alpha * RealFunctions.expm1(x) : x
        case .softsign: x / (1 + x.magnitude)
        case .softplus: max(x, 0) + RealFunctions.log1p(RealFunctions.exp(-x.magnitude))
        }
    }

    /// In the form whose exponential cannot overflow.
    private static func sigmoid(_ x: Double) -> Double {
        let e = RealFunctions.exp(-x.magnitude)
        return x < 0 ? e / (1 + e) : 1 / (1 + e)
    }

    private static func withinUnit(_ x: Double) -> Double { x < 0 ? 0 : x > 1 ? 1 : x }
}

extension RecurrentActivation {
    /// The functions of all directions, read from `activations`, `activation_alpha` and `activation_beta`.
    ///
    /// A parameter goes to the next function that has it; those left over keep their defaults.
    ///
    /// - Throws: ``BitdepthError/Code/invalidAttribute`` for an unknown name or too few of them.
    static func all(
        _ attributes: AttributeReader, directions: Int, defaults: [Function]
    ) throws(BitdepthError) -> [[RecurrentActivation]] {
        let needed = directions * defaults.count
        let names = try attributes.strings("activations") ?? []
        // RNN's default names two functions whatever the direction, so more than are needed do no harm.
        guard names.isEmpty || names.count >= needed else {
            throw attributes.invalid("activations", "names \(names.count) functions; \(needed) are needed")
        }
        var alphas = (try attributes.floats("activation_alpha") ?? [])[...]
        var betas = (try attributes.floats("activation_beta") ?? [])[...]
        var all: [[RecurrentActivation]] = []
        for direction in 0..<directions {
            var functions: [RecurrentActivation] = []
            for (index, standard) in defaults.enumerated() {
                let name = names.isEmpty ? standard.rawValue : names[direction * defaults.count + index]
                guard let function = Function(named: name) else {
                    let known = Function.allCases.map(\.rawValue).joined(separator: ", ")
                    throw attributes.invalid("activations", "names \"\(name)\"; known are \(known)")
                }
                functions.append(
                    RecurrentActivation(
                        function, alpha: function.defaults.alpha == nil ? nil : alphas.popFirst(),
                        beta: function.defaults.beta == nil ? nil : betas.popFirst()))
            }
            all.append(functions)
        }
        return all
    }
}
