import BitdepthTensors

/// Normally distributed noise, for trying things out without data. What is calibrated on it says nothing about real inputs.
///
/// Each value is the sum of twelve uniform numbers less six (mean 0, variance 1, within ±6): exact arithmetic, so that a seed
/// means the same on every machine. Integer inputs are zeros.
public struct RandomSource: SampleSource {
    public let count: Int
    public let seed: UInt64
    private let inputs: [(name: String, type: ElementType, shape: Shape)]

    /// - Throws: ``BitdepthError/Code/unknownShape`` when another axis than the first has no known extent.
    public init(inputs: [InputSpecification], count: Int, seed: UInt64 = 0) throws(BitdepthError) {
        var known: [(name: String, type: ElementType, shape: Shape)] = []
        for input in inputs {
            var dimensions = input.shape.dimensions
            if input.hasFreeBatch { dimensions?[0] = .known(1) }
            guard let shape = PartialShape(dimensions).shape else {
                throw BitdepthError(
                    .unknownShape, "random data for input \(input) need every extent but the first",
                    at: .init(tensor: input.name),
                    help: ["fix the shape with --shape \(input.name):1x…"])
            }
            known.append((input.name, input.type, shape))
        }
        self.inputs = known
        self.count = max(count, 0)
        self.seed = seed
    }

    public var summary: String { "random noise (seed \(seed)), not data" }

    public func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        var tensors: [String: Tensor] = [:]
        for (position, input) in inputs.enumerated() {
            guard input.type.isFloatingPoint else {
                tensors[input.name] = try Tensor(zeros: input.shape, type: input.type)
                continue
            }
            var generator = SeededGenerator(seed: seed, stream: UInt64(index) << 16 | UInt64(position & 0xFFFF))
            let values = (0..<input.shape.count).map { _ in generator.nextNormal() }
            tensors[input.name] = try Tensor(floats: values, shape: input.shape, type: input.type)
        }
        return Sample(name: "random[\(index)]", tensors)
    }
}
