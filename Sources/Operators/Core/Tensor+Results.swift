import BitdepthTensors

extension Tensor {
    /// A tensor of a float `type` from FP64 values: what a reference computed, rounded once to FP32 and then to the type.
    init(reals values: [Double], shape: Shape, type: ElementType) throws(BitdepthError) {
        if type == .float64 {
            try self.init(values, shape: shape)
        } else {
            try self.init(floats: values.map { Float($0) }, shape: shape, type: type)
        }
    }

    /// A tensor of an integer `type` that keeps the low bits of each value, as integer arithmetic wraps.
    init(wrapping values: [Int], shape: Shape, type: ElementType) throws(BitdepthError) {
        self = try Tensor(values.map { Int64($0) }, shape: shape).converted(to: type)
    }

    /// The elements of an integer tensor as 64-bit patterns; unlike `integers()` it takes every unsigned value.
    func bitPatterns() throws(BitdepthError) -> [Int] {
        guard type == .uint64 else { return try integers() }
        return try array(of: UInt64.self).map { Int(truncatingIfNeeded: $0) }
    }

    /// The elements of a Boolean tensor.
    func truths(_ what: String) throws(BitdepthError) -> [Bool] {
        guard type == .bool else {
            throw BitdepthError(.typeMismatch, "\(what) is of type \(type.shortName); it must be bool")
        }
        return try integers().map { $0 != 0 }
    }

    /// The only element of a Boolean tensor.
    func truth(_ what: String) throws(BitdepthError) -> Bool {
        guard let value = try truths(what).first, count == 1 else {
            throw BitdepthError(.shapeMismatch, "\(what) has \(count) elements; it must have one")
        }
        return value
    }

    /// The only element of an integer tensor, of rank 0 or 1.
    func integer(_ what: String) throws(BitdepthError) -> Int {
        guard let value = try integers().first, count == 1 else {
            throw BitdepthError(.shapeMismatch, "\(what) has \(count) elements; it must have one")
        }
        return value
    }
}
