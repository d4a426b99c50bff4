extension Histogram {
    /// Adds everything that another histogram has counted.
    public mutating func merge(_ other: Histogram) {
        for octave in 0..<HistogramBin.octaves where other.starts[octave] != Histogram.absent {
            if starts[octave] == Histogram.absent { allocate(octave: octave) }
            let to = Int(starts[octave])
            let from = Int(other.starts[octave])
            for index in 0..<HistogramBin.perOctave { counters[to + index] += other.counters[from + index] }
        }
        widen(to: other.extent)
        notANumberCount += other.notANumberCount
        positiveInfinityCount += other.positiveInfinityCount
        negativeInfinityCount += other.negativeInfinityCount
    }

    /// The histogram as bytes, little-endian, the same for equal histograms: NaN, +Inf and -Inf counts; smallest and
    /// largest value (as FP32, NaN when there is none); then for each octave that occurs its number and 128 counters.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(notANumberCount)
        append(positiveInfinityCount)
        append(negativeInfinityCount)
        append((extent?.lowerBound ?? .nan).bitPattern)
        append((extent?.upperBound ?? .nan).bitPattern)
        for octave in 0..<HistogramBin.octaves where starts[octave] != Histogram.absent {
            append(UInt32(octave))
            let start = Int(starts[octave])
            for counter in counters[start..<start + HistogramBin.perOctave] { append(counter) }
        }
        return bytes
    }
}
