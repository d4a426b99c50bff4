/// How many of a number of samples had some property.
public struct Proportion: Sendable, Hashable {
    public private(set) var hits: UInt64
    public private(set) var count: UInt64

    public init(hits: UInt64 = 0, count: UInt64 = 0) {
        self.count = count
        self.hits = min(hits, count)
    }

    public mutating func add(_ isHit: Bool) {
        count += 1
        if isHit { hits += 1 }
    }

    public mutating func merge(_ other: Proportion) {
        hits += other.hits
        count += other.count
    }

    /// 0 … 1; `nil` before any sample.
    public var value: Double? { count == 0 ? nil : Double(hits) / Double(count) }

    /// Bounds of the true proportion by Wilson's score interval; `nil` before any sample.
    ///
    /// - Parameter deviations: Width in standard deviations; 1.96 covers 95 %.
    /// - Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    public func wilsonBounds(deviations: Double = 1.959963984540054) -> ClosedRange<Double>? {
        guard let share = value else { return nil }
        let n = Double(count)
        let square = deviations * deviations
        let center = (share + square / (2 * n)) / (1 + square / n)
        let reach = deviations / (1 + square / n) * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
        let low = hits == 0 ? 0 : max(center - reach, 0)
        let high = hits == count ? 1 : min(center + reach, 1)
        return low <= high ? low...high : nil
    }
}
