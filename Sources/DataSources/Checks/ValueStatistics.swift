/// Range, mean and spread of one input's values, gathered sample by sample.
public struct ValueStatistics: Sendable {
    public private(set) var count = 0
    public private(set) var minimum = Float.infinity
    public private(set) var maximum = -Float.infinity
    /// NaN and infinities, which no other number here counts.
    public private(set) var notFiniteCount = 0
    public private(set) var zeroCount = 0
    /// Whether every value so far was a whole number.
    public private(set) var areAllIntegers = true
    public private(set) var samples = 0
    /// Samples with more than one element whose values are all equal.
    public private(set) var constantSamples = 0
    private var sum = 0.0
    private var sumOfSquares = 0.0

    mutating func observe(_ values: [Float]) {
        var low = Float.infinity
        var high = -Float.infinity
        for value in values {
            guard value.isFinite else {
                notFiniteCount += 1
                continue
            }
            low = min(low, value)
            high = max(high, value)
            sum += Double(value)
            sumOfSquares += Double(value) * Double(value)
            count += 1
            if value == 0 { zeroCount += 1 }
            if areAllIntegers, value != value.rounded(.towardZero) { areAllIntegers = false }
        }
        samples += 1
        if values.count > 1, low == high { constantSamples += 1 }
        minimum = min(minimum, low)
        maximum = max(maximum, high)
    }

    public var mean: Double { count == 0 ? 0 : sum / Double(count) }
    /// The standard deviation over all values.
    public var deviation: Double {
        guard count > 0 else { return 0 }
        return max(sumOfSquares / Double(count) - mean * mean, 0).squareRoot()
    }
}
