/// Whether two models that judged the same samples differ in accuracy, by the samples that only one of them got right.
///
/// Source: McNemar 1947; the exact binomial form.
public struct McNemarTest: Sendable, Hashable {
    /// Samples that only the first model got right.
    public private(set) var onlyFirst: UInt64 = 0
    /// Samples that only the second model got right.
    public private(set) var onlySecond: UInt64 = 0
    /// Samples seen.
    public private(set) var count: UInt64 = 0

    public init() {}

    public mutating func add(firstIsRight: Bool, secondIsRight: Bool) {
        count += 1
        if firstIsRight && !secondIsRight { onlyFirst += 1 }
        if secondIsRight && !firstIsRight { onlySecond += 1 }
    }

    public mutating func merge(_ other: McNemarTest) {
        onlyFirst += other.onlyFirst
        onlySecond += other.onlySecond
        count += other.count
    }

    /// Samples on which exactly one model was right.
    public var discordant: UInt64 { onlyFirst + onlySecond }

    /// The probability of a split at least this uneven between models of equal accuracy; `nil` before any sample.
    public var pValue: Double? {
        guard count > 0 else { return nil }
        let n = Double(discordant)
        let fewer = Double(min(onlyFirst, onlySecond))
        if discordant == 0 || onlyFirst == onlySecond { return 1 }
        // 2 Σ C(n, i) / 2^n for i from `fewer` down: the terms shrink, so the sum ends when they stop to matter.
        var logTerm = -n * 2.0.naturalLogarithm
        for i in stride(from: 1, through: fewer, by: 1) { logTerm += ((n - fewer + i) / i).naturalLogarithm }
        var term = 1.0
        var sum = 0.0
        var i = fewer
        while term > sum * 1e-18 {
            sum += term
            term *= i / (n - i + 1)
            i -= 1
        }
        return min(2 * logTerm.exponential * sum, 1)
    }

    /// The standard error of the difference of the two accuracies (0 … 1); `nil` before any sample.
    public var standardError: Double? {
        guard count > 0 else { return nil }
        let n = Double(count)
        let difference = (Double(onlyFirst) - Double(onlySecond)) / n
        return (max(Double(discordant) / n - difference * difference, 0) / n).squareRoot()
    }
}
