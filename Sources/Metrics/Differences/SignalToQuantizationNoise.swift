/// Signal to quantization noise ratio: `10 log10(Σ r² / Σ (r - r')²)`, in dB. One bit is worth 6.02 dB.
public struct SignalToQuantizationNoise: PairedMetric {
    private var signal = ExactSum()
    private var noise = ExactSum()
    /// Pairs seen.
    public private(set) var count: UInt64 = 0

    public init() {}

    public mutating func accumulate(reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>) {
        signal.add(PairSums.sum(reference, values) { real, _ in real * real })
        noise.add(
            PairSums.sum(reference, values) { real, approximate in
                let difference = real - approximate
                return difference * difference
            })
        count += UInt64(reference.count)
    }

    public mutating func merge(_ other: Self) {
        signal.merge(other.signal)
        noise.merge(other.noise)
        count += other.count
    }

    /// Σ r² over all pairs.
    public var signalEnergy: Double { signal.value }
    /// Σ (r - r')² over all pairs.
    public var noiseEnergy: Double { noise.value }

    /// The ratio in dB; `nil` before any pair, +∞ when nothing was lost, -∞ when there is noise but no signal.
    public var decibels: Double? {
        guard count > 0 else { return nil }
        let noise = noiseEnergy
        if noise == 0 { return .infinity }
        return 10 * (signalEnergy.naturalLogarithm - noise.naturalLogarithm) / 10.0.naturalLogarithm
    }
}
