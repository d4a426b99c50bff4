import BitdepthGraphs
import BitdepthTensors

extension PartialShape {
    /// What is known of the shape that both broadcast to by NumPy's rules.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when known extents differ and neither is 1.
    static func broadcast(_ left: PartialShape, _ right: PartialShape) throws(BitdepthError) -> PartialShape {
        guard let a = left.dimensions, let b = right.dimensions else { return .unknown }
        let rank = max(a.count, b.count)
        var result: [Dimension] = []
        for axis in 0..<rank {
            let l = axis < rank - a.count ? Dimension.known(1) : a[axis - (rank - a.count)]
            let r = axis < rank - b.count ? Dimension.known(1) : b[axis - (rank - b.count)]
            switch (l, r) {
            case (.known(1), let other), (let other, .known(1)): result.append(other)
            case (.known(let m), .known(let n)) where m != n:
                throw BitdepthError(.shapeMismatch, "shapes \(left) and \(right) do not broadcast")
            // The unknown extent can only be the known one, or 1.
            case (.known(let n), _), (_, .known(let n)): result.append(.known(n))
            default: result.append(l == r ? l : .unknown)
            }
        }
        return PartialShape(result)
    }

    /// What is known of the shape that all of `facts` broadcast to.
    static func broadcast(_ facts: [Fact]) throws(BitdepthError) -> PartialShape {
        var shape = PartialShape(Shape.scalar)
        for fact in facts { shape = try broadcast(shape, fact.type.shape) }
        return shape
    }
}

extension [Fact?] {
    /// The inputs that are there; at least one.
    func present() throws(BitdepthError) -> [Fact] {
        let facts = compactMap { $0 }
        guard !facts.isEmpty else { throw BitdepthError(.invalidGraph, "the operator has no inputs") }
        return facts
    }
}
