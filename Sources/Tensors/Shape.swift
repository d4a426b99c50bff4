/// The extents of a tensor, outermost first. A scalar has no extents; an extent may be zero.
public struct Shape: Sendable, Hashable {
    public let dimensions: [Int]
    /// The number of elements; the product of all extents, 1 for a scalar.
    public let count: Int

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for negative extents; ``BitdepthError/Code/limitExceeded`` when the
    ///   number of elements is too large. Extents of zero do not excuse large ones: products of any extents must fit.
    public init(_ dimensions: [Int]) throws(BitdepthError) {
        var count = 1
        for dimension in dimensions where dimension != 0 {
            guard dimension > 0 else {
                throw BitdepthError(.shapeMismatch, "shape \(dimensions) has a negative extent")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= Shape.largestCount else {
                throw BitdepthError(.limitExceeded, "shape \(dimensions) has more than \(Shape.largestCount) elements")
            }
            count = product
        }
        self.dimensions = dimensions
        self.count = dimensions.contains(0) ? 0 : count
    }

    private init(trusted dimensions: [Int], count: Int) {
        self.dimensions = dimensions
        self.count = count
    }

    public static let scalar = Shape(trusted: [], count: 1)
    /// A vector of `count` elements; a negative count is taken as zero.
    public static func vector(_ count: Int) -> Shape { Shape(trusted: [max(count, 0)], count: max(count, 0)) }

    /// Beyond it a shape is an error: no machine holds that many elements, and sums of a few such counts still fit in `Int`.
    public static let largestCount = 1 << 48

    public var rank: Int { dimensions.count }
    public subscript(axis: Int) -> Int { dimensions[axis] }

    /// Elements between neighbours along each axis in row-major order.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * max(dimensions[axis + 1], 1)
        }
        return strides
    }

    /// The product of the extents of `axes`, a range of axis numbers.
    public func count(of axes: Range<Int>) -> Int { dimensions[axes].reduce(1, *) }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ",") + "]" }
}

extension Shape {
    /// Turns an axis that may count from the end (-1 is the last) into one that counts from the start.
    public func axis(_ axis: Int, what: String = "axis") throws(BitdepthError) -> Int {
        try Shape.normalize(axis: axis, rank: rank, what: what)
    }

    public static func normalize(axis: Int, rank: Int, what: String = "axis") throws(BitdepthError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw BitdepthError(.valueOutOfRange, "\(what) \(axis) is outside of -\(rank) ... \(rank - 1)")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// The shape that both broadcast to by NumPy's rules.
    public static func broadcast(_ left: Shape, _ right: Shape) throws(BitdepthError) -> Shape {
        let rank = max(left.rank, right.rank)
        var result = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let a = axis < rank - left.rank ? 1 : left.dimensions[axis - (rank - left.rank)]
            let b = axis < rank - right.rank ? 1 : right.dimensions[axis - (rank - right.rank)]
            guard a == b || a == 1 || b == 1 else {
                throw BitdepthError(.shapeMismatch, "shapes \(left) and \(right) do not broadcast")
            }
            result[axis] = a == 1 ? b : a
        }
        return try Shape(result)
    }
}
