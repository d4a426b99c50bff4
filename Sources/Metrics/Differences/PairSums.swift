/// Sums over the pairs of two buffers, each in eight lanes whatever the processor, so that their bits do not depend on it.
enum PairSums {
    /// Sums `term` over all pairs; a call's result depends on nothing but the values and their order.
    @inline(__always)
    static func sum(
        _ reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>,
        _ term: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
    ) -> Double {
        var lanes = SIMD8<Double>()
        let whole = reference.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
            lanes += term(load(reference, at: start), load(values, at: start))
        }
        if whole < reference.count {
            var tail = (SIMD8<Double>(), SIMD8<Double>())
            for index in whole..<reference.count {
                tail.0[index - whole] = Double(reference[index])
                tail.1[index - whole] = Double(values[index])
            }
            lanes += term(tail.0, tail.1)
        }
        return lanes.sum()
    }

    @inline(__always)
    private static func load(_ buffer: UnsafeBufferPointer<Float>, at start: Int) -> SIMD8<Double> {
        SIMD8<Double>(
            Double(buffer[start]), Double(buffer[start + 1]), Double(buffer[start + 2]), Double(buffer[start + 3]),
            Double(buffer[start + 4]), Double(buffer[start + 5]), Double(buffer[start + 6]), Double(buffer[start + 7]))
    }
}
