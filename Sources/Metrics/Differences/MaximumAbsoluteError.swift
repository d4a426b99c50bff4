/// The largest `|r - r'|`, in the units of the tensor.
public struct MaximumAbsoluteError: PairedMetric {
    private var largest = 0.0
    private var sawNotANumber = false
    /// Pairs seen.
    public private(set) var count: UInt64 = 0

    public init() {}

    public mutating func accumulate(reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>) {
        for index in reference.indices {
            // Equal infinities differ by nothing, not by NaN.
            let difference =
                reference[index] == values[index] ? 0 : abs(Double(reference[index]) - Double(values[index]))
            if difference.isNaN { sawNotANumber = true }
            if difference > largest { largest = difference }
        }
        count += UInt64(reference.count)
    }

    public mutating func merge(_ other: Self) {
        largest = max(largest, other.largest)
        sawNotANumber = sawNotANumber || other.sawNotANumber
        count += other.count
    }

    /// `nil` before any pair; NaN when a pair contained one.
    public var value: Double? { count == 0 ? nil : sawNotANumber ? .nan : largest }
}
