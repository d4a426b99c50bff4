import BitdepthTensors

extension Dimension {
    /// The quotient, where it is known and whole.
    func divided(by divisor: Int) -> Dimension {
        guard let value, divisor > 0, value % divisor == 0 else { return .unknown }
        return .known(value / divisor)
    }
}

extension Fact {
    /// Extents, if the rank is `rank`; unknown ones where it is not known.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for another rank.
    func dimensions(rank: Int, _ name: String) throws(BitdepthError) -> [Dimension] {
        guard let dimensions else { return [Dimension](repeating: .unknown, count: rank) }
        guard dimensions.count == rank else {
            throw BitdepthError(.shapeMismatch, "\(name) has rank \(dimensions.count); it must be \(rank)")
        }
        return dimensions
    }
}

extension Tensor {
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for another rank.
    func requireRank(_ rank: Int, _ name: String) throws(BitdepthError) {
        guard shape.rank == rank else {
            throw BitdepthError(.shapeMismatch, "\(name) has shape \(shape); its rank must be \(rank)")
        }
    }

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for another shape.
    func requireShape(_ dimensions: [Int], _ name: String) throws(BitdepthError) {
        guard shape.dimensions == dimensions else {
            throw BitdepthError(
                .shapeMismatch,
                "\(name) has shape \(shape); it must be [\(dimensions.map(String.init).joined(separator: ","))]")
        }
    }
}
