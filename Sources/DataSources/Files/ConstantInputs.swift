import BitdepthTensors

/// Samples of another source, completed by inputs that are the same in each: what the data do not give.
struct ConstantInputs: SampleSource {
    private let base: any SampleSource
    private let tensors: [String: Tensor]

    /// - Parameter values: By input name, the number that every element has; axes of unknown extent get the extent 1.
    /// - Throws: ``BitdepthError/Code/badData`` for a number that the input's type cannot hold.
    init(
        _ base: any SampleSource, _ values: [String: Double], inputs: [InputSpecification]
    ) throws(BitdepthError) {
        var tensors: [String: Tensor] = [:]
        for input in inputs {
            guard let value = values[input.name] else { continue }
            let shape = try Shape((input.shape.dimensions ?? []).map { $0.value ?? 1 })
            tensors[input.name] = try ConstantInputs.tensor(value, shape, input)
        }
        self.base = base
        self.tensors = tensors
    }

    private static func tensor(_ value: Double, _ shape: Shape, _ input: InputSpecification) throws(BitdepthError)
        -> Tensor
    {
        guard shape.count <= mostElements else {
            throw BitdepthError(.limitExceeded, "\(shape.count) elements of one value", at: .init(tensor: input.name))
        }
        if input.type == .float64 {
            return try Tensor([Double](repeating: value, count: shape.count), shape: shape)
        }
        if input.type.isFloatingPoint {
            let values = [Float](repeating: Float(value), count: shape.count)
            return try Tensor(floats: values, shape: shape, type: input.type)
        }
        guard let integer = Int(exactly: value) else {
            throw BitdepthError(
                .badData, "\(value) is no whole number, which input \(input) needs", at: .init(tensor: input.name))
        }
        return try Tensor(integers: [Int](repeating: integer, count: shape.count), shape: shape, type: input.type)
    }

    private static let mostElements = 1 << 28

    var count: Int { base.count }
    var summary: String { base.summary }

    func sample(at index: Int) throws(BitdepthError) -> Sample { completed(try base.sample(at: index)) }

    func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        try base.sampleIfReadable(at: index).map(completed)
    }

    private func completed(_ sample: Sample) -> Sample {
        var sample = sample
        sample.tensors.merge(tensors) { given, _ in given }
        return sample
    }
}
