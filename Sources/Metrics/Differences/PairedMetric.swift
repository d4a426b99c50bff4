import BitdepthTensors

/// A measure of how far values are from reference values, gathered call by call.
///
/// What one call adds is summed in a fixed order, and calls are merged without rounding: the result is the same to the
/// bit for every order of the calls, every split over accumulators and every number of threads.
public protocol PairedMetric: Sendable, Equatable {
    init()

    /// Adds pairs of equal position of buffers that have the same count; callers use `add`, which checks it.
    mutating func accumulate(reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>)

    /// Adds everything that another accumulator has seen.
    mutating func merge(_ other: Self)
}

extension PairedMetric {
    /// Adds the pairs of two buffers.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when their counts differ.
    public mutating func add(
        reference: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Float>
    ) throws(BitdepthError) {
        guard reference.count == values.count else {
            throw BitdepthError(
                .shapeMismatch, "\(values.count) values cannot be compared with \(reference.count) reference values")
        }
        accumulate(reference: reference, values)
    }

    /// Adds the pairs of two arrays.
    public mutating func add(reference: [Float], _ values: [Float]) throws(BitdepthError) {
        guard reference.count == values.count else {
            throw BitdepthError(
                .shapeMismatch, "\(values.count) values cannot be compared with \(reference.count) reference values")
        }
        reference.withUnsafeBufferPointer { reference in
            values.withUnsafeBufferPointer { accumulate(reference: reference, $0) }
        }
    }

    /// Adds the pairs of two tensors of the same shape and any element types.
    public mutating func add(reference: Tensor, _ values: Tensor) throws(BitdepthError) {
        guard reference.shape == values.shape else {
            throw BitdepthError(.shapeMismatch, "a tensor \(values) cannot be compared with a reference \(reference)")
        }
        try add(reference: try reference.floats(), try values.floats())
    }
}
