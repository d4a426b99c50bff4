import BitdepthTensors
import CBitdepthKernels

extension Layout {
    /// The axes of a value of some rank from the outermost in memory to the innermost.
    func axes(rank: Int) -> [Int] {
        self == .plain || rank < 3 ? Array(0..<rank) : [0] + Array(2..<rank) + [1]
    }
}

/// Neighbouring axes in memory, seen as the middle one of `[outer, extent, inner]`.
struct MemoryLanes: Sendable, Hashable {
    var outer: Int
    var extent: Int
    var inner: Int

    /// - Returns: `nil` where the axes are not neighbours in this layout; axes of one element do not count.
    init?(_ shape: Shape, axes: Set<Int>, layout: Layout) {
        let order = layout.axes(rank: shape.rank).filter { shape[$0] != 1 }
        let places = order.indices.filter { axes.contains(order[$0]) }
        guard let first = places.first, let last = places.last else {
            self.init(outer: shape.count, extent: 1, inner: 1)
            return
        }
        guard last - first + 1 == places.count else { return nil }
        func count(_ range: Range<Int>) -> Int { order[range].reduce(1) { $0 * shape[$1] } }
        self.init(outer: count(0..<first), extent: count(first..<last + 1), inner: count(last + 1..<order.count))
    }

    private init(outer: Int, extent: Int, inner: Int) {
        self.outer = outer
        self.extent = extent
        self.inner = inner
    }

    /// Neighbouring columns that kernels walk together.
    private static let columns = Int(BD_COLUMNS)

    /// Parts into which kernels split the lanes: whole rows, or some columns.
    var parts: Int { inner == 1 ? outer : outer * ((inner + Self.columns - 1) / Self.columns) }

    /// The fewest parts that are worth a thread.
    var grain: Int { max(1, 16_384 / max(1, extent * min(inner, Self.columns))) }
}
