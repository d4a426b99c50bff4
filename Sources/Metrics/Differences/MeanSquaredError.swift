/// Mean of `(r - r')²`, in squared units of the tensor.
public struct MeanSquaredError: PairedMetric {
    private var sum = ExactSum()
    /// Pairs seen.
    public private(set) var count: UInt64 = 0

    public init() {}

    public mutating func accumulate(reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>) {
        sum.add(
            PairSums.sum(reference, values) { real, approximate in
                let difference = real - approximate
                return difference * difference
            })
        count += UInt64(reference.count)
    }

    public mutating func merge(_ other: Self) {
        sum.merge(other.sum)
        count += other.count
    }

    /// `nil` before any pair.
    public var value: Double? { count == 0 ? nil : sum.value / Double(count) }
    /// The square root of ``value``, in the units of the tensor.
    public var root: Double? { value?.squareRoot() }
}
