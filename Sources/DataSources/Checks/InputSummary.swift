import BitdepthTensors

/// What one of a model's inputs gets: shapes, types and values over the samples seen.
public struct InputSummary: Sendable {
    public let specification: InputSpecification
    public private(set) var values = ValueStatistics()
    /// The shapes of the samples, in the order in which they were first seen, up to ``mostShapes`` of them.
    public private(set) var shapes: [Shape] = []

    /// More shapes than this are not told apart.
    public static let mostShapes = 16

    public init(_ specification: InputSpecification) { self.specification = specification }

    /// Takes one sample into account, as the model gets it; a sample without this input counts for nothing.
    public mutating func observe(_ sample: Sample) throws(BitdepthError) {
        guard let tensor = sample.tensors[specification.name] else { return }
        if shapes.count < InputSummary.mostShapes, !shapes.contains(tensor.shape) { shapes.append(tensor.shape) }
        values.observe(
            tensor.type.isFloatingPoint ? try tensor.floats() : try tensor.integers().map { Float($0) })
    }
}
