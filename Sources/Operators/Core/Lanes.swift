import BitdepthTensors

/// A shape seen as `[outer, extent, inner]` about one axis or a run of axes: the lanes along which sums are taken.
struct Lanes {
    let outer: Int
    /// Elements along the axis.
    let extent: Int
    /// Elements between neighbours along the axis.
    let inner: Int

    init(_ shape: Shape, axis: Int) {
        self.init(shape, axes: axis..<axis + 1)
    }

    /// - Parameter axes: Neighbouring axes that are seen as one.
    init(_ shape: Shape, axes: Range<Int>) {
        outer = shape.count(of: 0..<axes.lowerBound)
        extent = shape.count(of: axes)
        inner = shape.count(of: axes.upperBound..<shape.rank)
    }

    var count: Int { extent == 0 ? 0 : outer * inner }

    /// Calls `body` with the flat position of the first element of every lane; the others follow in steps of `inner`.
    func forEach(_ body: (Int) -> Void) {
        guard extent > 0, inner > 0 else { return }
        for o in 0..<outer {
            for i in 0..<inner { body(o * extent * inner + i) }
        }
    }

    /// Flat positions of a lane's elements.
    func positions(from first: Int) -> StrideTo<Int> {
        stride(from: first, to: first + extent * inner, by: max(inner, 1))
    }
}
