import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The last axes of a value, over which it is normalized.
struct NormalizedAxes {
    let element: ElementType
    let rank: Int
    /// Extents of the axes, all of which are known.
    let extents: Shape

    /// More places than any network normalizes at once; a file could ask for an allocation of any size.
    private static let largestCount = 1 << 24

    /// `nil` where not the last axes are reduced, or their extents are not known.
    init?(_ x: Fact?, axes: [Tensor?]) throws(BitdepthError) {
        guard let x, let dimensions = x.dimensions, x.element.isFloatingPoint, x.element != .float64 else { return nil }
        rank = dimensions.count
        element = x.element
        var count: Int?
        for case let axes? in axes {
            let rank = rank
            let sorted = try axes.integers().map { $0 < 0 ? $0 &+ rank : $0 }.sorted()
            guard !sorted.isEmpty, sorted.count <= rank, sorted == Array(rank - sorted.count..<rank),
                count == nil || count == sorted.count
            else { return nil }
            count = sorted.count
        }
        guard let count, let extents = PartialShape(Array(dimensions.suffix(count))).shape,
            extents.count <= NormalizedAxes.largestCount
        else { return nil }
        self.extents = extents
    }

    /// The axes that a LayerNormalization or RMSNormalization works on.
    init?(_ x: Fact?, normalizedBy node: Node) throws(BitdepthError) {
        guard let rank = x?.rank else { return nil }
        let first = try Shape.normalize(axis: try AttributeReader(node).int("axis", default: -1), rank: rank)
        try self.init(x, axes: [try Tensor((first..<rank).map { Int64($0) })])
    }

    var ones: Tensor {
        get throws(BitdepthError) {
            try Tensor(floats: [Float](repeating: 1, count: extents.count), shape: extents, type: element)
        }
    }

    /// The elements of a constant that broadcasts along these axes alone, one for each place; `nil` for others.
    func values(of constant: Tensor) throws(BitdepthError) -> [Double]? {
        guard constant.shape.rank <= rank, constant.type == element else { return nil }
        if constant.count == 1 { return [Double](repeating: try constant.doubles()[0], count: extents.count) }
        let aligned = [Int](repeating: 1, count: rank - constant.shape.rank) + constant.shape.dimensions
        guard aligned.dropLast(extents.rank).allSatisfy({ $0 == 1 }),
            Array(aligned.suffix(extents.rank)) == extents.dimensions
        else { return nil }
        return try constant.doubles()
    }
}
