import BitdepthTensors

/// How alike two samples are to a support vector machine: u · v, (γ u · v + c)^d, e^(−γ|u − v|²) or tanh(γ u · v + c).
///
/// Source: ONNX operator specification, attributes `kernel_type` and `kernel_params` of ai.onnx.ml SVMClassifier-1.
struct SupportVectorKernel: Sendable {
    private let type: KernelType
    private let gamma: Double
    private let offset: Double
    private let degree: Double

    private enum KernelType: String, CaseIterable {
        case linear = "LINEAR"
        case polynomial = "POLY"
        case radial = "RBF"
        case sigmoid = "SIGMOID"
    }

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        type = try attributes.choice("kernel_type", default: .linear)
        let parameters = try attributes.floats("kernel_params") ?? [0, 0, 0]
        guard parameters.count == 3 || parameters.isEmpty && type == .linear else {
            throw attributes.invalid(
                "kernel_params", "has \(parameters.count) entries; gamma, coef0 and degree are needed")
        }
        (gamma, offset, degree) =
            parameters.isEmpty ? (0, 0, 0) : (Double(parameters[0]), Double(parameters[1]), Double(parameters[2]))
    }

    func callAsFunction(_ u: ArraySlice<Double>, _ v: ArraySlice<Double>) -> Double {
        switch type {
        case .linear: product(u, v)
        case .polynomial: RealFunctions.pow(gamma * product(u, v) + offset, degree)
        case .radial: RealFunctions.exp(-gamma * zip(u, v).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
        case .sigmoid: RealFunctions.tanh(gamma * product(u, v) + offset)
        }
    }

    private func product(_ u: ArraySlice<Double>, _ v: ArraySlice<Double>) -> Double {
        zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
