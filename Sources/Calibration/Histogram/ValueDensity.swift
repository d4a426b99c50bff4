/// A histogram read as a density: uniform inside each bin, a point mass at zero, and nothing outside of the exact
/// smallest and largest value, which cut the outermost bins short.
///
/// Holds running sums, so that the count and the first two moments up to any point cost one search.
struct ValueDensity {
    /// The bins that are not empty, in ascending order.
    let segments: [Segment]
    /// Sums over all segments before each, and over all of them last.
    private let before: [Moments]
    /// The upper bounds of the segments once more, close together for searching.
    private let uppers: [Double]

    struct Segment: Equatable {
        var lower: Double
        var upper: Double
        var count: Double
    }

    /// Count, sum and sum of squares of the values of some set.
    struct Moments {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0

        static func + (left: Moments, right: Moments) -> Moments {
            Moments(count: left.count + right.count, sum: left.sum + right.sum, squares: left.squares + right.squares)
        }

        static func - (left: Moments, right: Moments) -> Moments {
            Moments(count: left.count - right.count, sum: left.sum - right.sum, squares: left.squares - right.squares)
        }
    }

    init(_ histogram: Histogram) {
        let zeros = Double(histogram.zeroCount)
        let bounds = histogram.extent.map { Double($0.lowerBound)...Double($0.upperBound) } ?? 0...0
        var negative: [Segment] = []
        var positive: [Segment] = []
        for (bin, count) in histogram.occupiedBins where !bin.isZero {
            // The bounds lie in the outermost bins, so that cutting leaves each bin at least a point.
            let lower = min(max(bin.lower, bounds.lowerBound), bounds.upperBound)
            let upper = max(min(bin.upper, bounds.upperBound), lower)
            let segment = Segment(lower: lower, upper: upper, count: Double(count))
            if bin.isNegative { negative.append(segment) } else { positive.append(segment) }
        }
        let middle = zeros > 0 ? [Segment(lower: 0, upper: 0, count: zeros)] : []
        self.init(segments: negative.reversed() + middle + positive)
    }

    private init(segments: [Segment]) {
        self.segments = segments
        var sums = [Moments()]
        sums.reserveCapacity(segments.count + 1)
        for segment in segments { sums.append(sums[sums.count - 1] + segment.moments(to: segment.upper)) }
        before = sums
        uppers = segments.map(\.upper)
    }

    /// The same density without its zeros.
    var withoutZeros: ValueDensity { ValueDensity(segments: segments.filter { $0.lower != 0 || $0.upper != 0 }) }

    var total: Moments { before[segments.count] }
    var lowest: Double { segments.first?.lower ?? 0 }
    var highest: Double { segments.last?.upper ?? 0 }

    /// Count, sum and sum of squares of the values up to `x`, that point included.
    func moments(to x: Double) -> Moments {
        var segment = 0
        return moments(to: x, from: &segment)
    }

    /// The same for a series of ascending `x`: the search goes on from the segment where the last one ended.
    @inline(__always)
    func moments(to x: Double, from segment: inout Int) -> Moments {
        let stride = 16
        while segment + stride <= uppers.count, uppers[segment + stride - 1] <= x { segment += stride }
        while segment < uppers.count, uppers[segment] <= x { segment += 1 }
        guard segment < segments.count, segments[segment].lower < x else { return before[segment] }
        return before[segment] + segments[segment].moments(to: x)
    }

    /// The smallest value that at least `share` (0 … 1) of all values do not exceed.
    func quantile(_ share: Double) -> Double {
        let wanted = share * total.count
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if before[middle + 1].count < wanted { low = middle + 1 } else { high = middle }
        }
        guard low < segments.count else { return highest }
        let segment = segments[low]
        let part = max(wanted - before[low].count, 0) / segment.count
        return part >= 1 ? segment.upper : min(segment.lower + part * (segment.upper - segment.lower), segment.upper)
    }
}

extension ValueDensity.Segment {
    /// Count, sum and sum of squares of the values of this segment up to `x`, which lies in it.
    fileprivate func moments(to x: Double) -> ValueDensity.Moments {
        let width = upper - lower
        let count = width > 0 ? self.count * ((x - lower) / width) : self.count
        return ValueDensity.Moments(
            count: count, sum: count * (lower + x) / 2, squares: count * (lower * lower + lower * x + x * x) / 3)
    }
}

extension Histogram {
    /// How many finite values do not exceed `x`, by uniform density inside a bin.
    public func cumulative(to x: Double) -> Double { ValueDensity(self).moments(to: x).count }

    /// The mean of the finite values, by uniform density inside a bin; `nil` before any.
    public var mean: Double? {
        let total = ValueDensity(self).total
        return total.count > 0 ? total.sum / total.count : nil
    }

    /// The mean of the squares of the finite values, by uniform density inside a bin; `nil` before any.
    public var meanSquare: Double? {
        let total = ValueDensity(self).total
        return total.count > 0 ? total.squares / total.count : nil
    }
}
