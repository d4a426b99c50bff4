/// Cosine of the angle between values and reference values: `Σ r r' / √(Σ r² Σ r'²)`.
public struct CosineSimilarity: PairedMetric {
    private var product = ExactSum()
    private var reference = ExactSum()
    private var values = ExactSum()
    /// Pairs seen.
    public private(set) var count: UInt64 = 0

    public init() {}

    public mutating func accumulate(reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>) {
        product.add(PairSums.sum(reference, values) { $0 * $1 })
        self.reference.add(PairSums.sum(reference, values) { real, _ in real * real })
        self.values.add(PairSums.sum(reference, values) { $1 * $1 })
        count += UInt64(reference.count)
    }

    public mutating func merge(_ other: Self) {
        product.merge(other.product)
        reference.merge(other.reference)
        values.merge(other.values)
        count += other.count
    }

    /// -1 … 1; `nil` before any pair. Two vectors of zeros point the same way (1), one of zeros to nowhere (0).
    public var value: Double? {
        guard count > 0 else { return nil }
        let lengths = (reference.value.squareRoot(), values.value.squareRoot())
        if lengths.0 == 0 || lengths.1 == 0 { return lengths.0 == lengths.1 ? 1 : 0 }
        let cosine = product.value / lengths.0 / lengths.1
        return cosine.isNaN ? cosine : min(max(cosine, -1), 1)
    }
}
