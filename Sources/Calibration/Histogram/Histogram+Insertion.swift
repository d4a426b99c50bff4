extension Histogram {
    /// Counts values: one shift and one increment each.
    ///
    /// - Returns: The smallest and largest finite value among them; `nil` when there is none.
    @discardableResult
    public mutating func insert(contentsOf values: UnsafeBufferPointer<Float>) -> ClosedRange<Float>? {
        var position = 0
        while position < values.count {
            position = countRun(of: values, from: position)
            guard position < values.count else { break }
            let value = values[position]
            if value.isFinite {
                allocate(octave: HistogramBin(of: value).octave)
            } else {
                countSpecial(value)
                position += 1
            }
        }
        let range = Histogram.finiteRange(of: values)
        widen(to: range)
        return range
    }

    /// Counts the values of an array.
    @discardableResult
    public mutating func insert(contentsOf values: [Float]) -> ClosedRange<Float>? {
        values.withUnsafeBufferPointer { insert(contentsOf: $0) }
    }

    /// Counts values from a position on until one comes whose octave has no counters yet, and returns where that was.
    private mutating func countRun(of values: UnsafeBufferPointer<Float>, from first: Int) -> Int {
        starts.withUnsafeBufferPointer { starts in
            counters.withUnsafeMutableBufferPointer { counters in
                for position in first..<values.count {
                    let pattern = values[position].bitPattern
                    let start = starts[Int(pattern >> 23)]
                    if start == Histogram.absent { return position }
                    counters[Int(start) &+ Int(pattern >> 16 & 0x7F)] &+= 1
                }
                return values.count
            }
        }
    }

    private mutating func countSpecial(_ value: Float) {
        if value.isNaN {
            notANumberCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
    }

    /// The smallest and largest finite value, in sixteen lanes.
    static func finiteRange(of values: UnsafeBufferPointer<Float>) -> ClosedRange<Float>? {
        var low = SIMD16<Float>(repeating: .infinity)
        var high = SIMD16<Float>(repeating: -.infinity)
        let whole = values.count / 16 * 16
        let bytes = UnsafeRawBufferPointer(values)
        for start in stride(from: 0, to: whole, by: 16) {
            let lanes = bytes.loadUnaligned(fromByteOffset: start * 4, as: SIMD16<Float>.self)
            // Comparisons with NaN are false; infinities are kept out by the second comparison.
            low.replace(with: lanes, where: (lanes .< low) .& (lanes .> -.infinity))
            high.replace(with: lanes, where: (lanes .> high) .& (lanes .< .infinity))
        }
        var bounds = (low: low.min(), high: high.max())
        for value in values[whole...] where value.isFinite {
            bounds.low = min(bounds.low, value)
            bounds.high = max(bounds.high, value)
        }
        // Adding zero makes +0 of -0, whichever of them came first.
        return bounds.low <= bounds.high ? bounds.low + 0...bounds.high + 0 : nil
    }
}
