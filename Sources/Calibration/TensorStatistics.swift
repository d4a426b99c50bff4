import BitdepthMetrics

/// What calibration remembers of one tensor: constant memory, and the same bytes for every order of samples, every split
/// over shards and every number of threads.
public struct TensorStatistics: Sendable, Equatable {
    /// All values of all samples.
    public private(set) var histogram = Histogram()
    /// Samples observed, those without a finite value among them.
    public private(set) var sampleCount: UInt64 = 0
    /// Samples with at least one finite value.
    public private(set) var finiteSampleCount: UInt64 = 0
    private var minima = ExactSum()
    private var maxima = ExactSum()

    public init() {}

    /// Takes in the values that the tensor has for one sample.
    ///
    /// NaN and infinities are counted and kept out of everything else.
    public mutating func observe(sample values: UnsafeBufferPointer<Float>) {
        sampleCount += 1
        guard let range = histogram.insert(contentsOf: values) else { return }
        finiteSampleCount += 1
        minima.add(Double(range.lowerBound))
        maxima.add(Double(range.upperBound))
    }

    /// Takes in the values that the tensor has for one sample.
    public mutating func observe(sample values: [Float]) {
        values.withUnsafeBufferPointer { observe(sample: $0) }
    }

    /// Adds everything that other statistics of the same tensor have seen.
    public mutating func merge(_ other: TensorStatistics) {
        histogram.merge(other.histogram)
        sampleCount += other.sampleCount
        finiteSampleCount += other.finiteSampleCount
        minima.merge(other.minima)
        maxima.merge(other.maxima)
    }

    /// The exact smallest and largest finite value; `nil` when there is none.
    public var extent: ClosedRange<Float>? { histogram.extent }

    /// The means over samples of their smallest and of their largest finite value; `nil` when there is none.
    public var meanExtent: ClosedRange<Double>? {
        guard finiteSampleCount > 0 else { return nil }
        let low = minima.value / Double(finiteSampleCount)
        let high = maxima.value / Double(finiteSampleCount)
        return min(low, high)...max(low, high)
    }

    public var notANumberCount: UInt64 { histogram.notANumberCount }
    public var positiveInfinityCount: UInt64 { histogram.positiveInfinityCount }
    public var negativeInfinityCount: UInt64 { histogram.negativeInfinityCount }

    /// Bytes that the counters take.
    public var memoryFootprint: Int { histogram.memoryFootprint }

    /// The statistics as bytes, little-endian, the same for equal statistics.
    public func serialized() -> [UInt8] {
        let counts = [sampleCount, finiteSampleCount].flatMap { count in
            withUnsafeBytes(of: count.littleEndian) { Array($0) }
        }
        return counts + minima.serialized() + maxima.serialized() + histogram.serialized()
    }
}
