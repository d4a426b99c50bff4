import BitdepthTensors

/// The vectors that a machine compares samples with, `[vectors, C]`; without any, the samples themselves are weighed.
struct SupportVectors: Sendable {
    let count: Int
    /// Features of a sample.
    let columns: Int
    private let values: [Double]
    private let kernel: SupportVectorKernel

    init(_ attributes: AttributeReader, count: Int) throws(BitdepthError) {
        let given = try attributes.floats("support_vectors") ?? []
        guard count >= 1, !given.isEmpty, given.count.isMultiple(of: count) else {
            throw attributes.invalid("support_vectors", "has \(given.count) entries for \(count) vectors")
        }
        self.count = count
        columns = given.count / count
        values = given.map(Double.init)
        kernel = try SupportVectorKernel(attributes)
    }

    /// How alike a sample is to each vector.
    func similarities(_ row: ArraySlice<Double>) -> [Double] {
        (0..<count).map { kernel(row, values[$0 * columns..<($0 + 1) * columns]) }
    }
}
