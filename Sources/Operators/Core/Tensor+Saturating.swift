import BitdepthTensors

extension Tensor {
    /// A tensor of any numeric `type` from FP64 values: integer types take the nearest integer (half to even) that they hold.
    init(saturating values: [Double], shape: Shape, type: ElementType) throws(BitdepthError) {
        guard let range = type.integerRange else {
            try self.init(reals: values, shape: shape, type: type)
            return
        }
        let integers = values.map { value in
            Int(exactly: value.rounded(.toNearestOrEven)).map {
                Swift.min(Swift.max($0, range.lowerBound), range.upperBound)
            }
                ?? (value > 0 ? range.upperBound : value < 0 ? range.lowerBound : 0)
        }
        try self.init(integers: integers, shape: shape, type: type)
    }
}

extension Array {
    /// One value for each element of `shape`.
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded`` for shapes that only hostile attributes ask for.
    init(repeating value: Element, filling shape: Shape) throws(BitdepthError) {
        self.init(repeating: value, count: try shape.checkedForEvaluation().count)
    }
}
