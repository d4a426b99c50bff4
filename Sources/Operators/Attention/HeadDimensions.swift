import BitdepthTensors

/// The extents of a tensor of attention heads, which comes as `[batch, heads, length, size]` or, with the heads side by
/// side in the last axis, as `[batch, length, heads · size]`.
struct HeadDimensions {
    var batch = Dimension.unknown
    var heads = Dimension.unknown
    var length = Dimension.unknown
    var size = Dimension.unknown
    /// Whether the heads are side by side; `nil` where not even the rank is known.
    var isPacked: Bool?

    /// - Parameter heads: The number of heads that an attribute gives for packed tensors.
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for other ranks and extents that do not divide.
    init(_ shape: PartialShape, heads: Int?, name: String) throws(BitdepthError) {
        guard let dimensions = shape.dimensions else { return }
        switch dimensions.count {
        case 4:
            (batch, self.heads, length, size) = (dimensions[0], dimensions[1], dimensions[2], dimensions[3])
            isPacked = false
        case 3:
            guard let heads else {
                throw BitdepthError(
                    .invalidAttribute, "\(name) has three axes, and no attribute says how many heads they hold")
            }
            (batch, self.heads, length) = (dimensions[0], .known(heads), dimensions[1])
            if let width = dimensions[2].value {
                guard heads > 0, width % heads == 0 else {
                    throw BitdepthError(.shapeMismatch, "\(name) has shape \(shape), which are not \(heads) heads")
                }
                size = .known(width / heads)
            }
            isPacked = true
        default:
            throw BitdepthError(.shapeMismatch, "\(name) has rank \(dimensions.count); it must be 3 or 4")
        }
    }
}

extension AttributeReader {
    /// A number of heads, at least one, where the attribute is there.
    func headCount(_ name: String) throws(BitdepthError) -> Int? {
        guard let heads = try int(name) else { return nil }
        guard heads >= 1, heads <= 1 << 31 else { throw invalid(name, "is \(heads); it must be at least 1") }
        return heads
    }
}

extension Dimension {
    /// The product of two extents, where both are known.
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded``.
    func times(_ other: Dimension) throws(BitdepthError) -> Dimension {
        guard let a = value, let b = other.value else { return .unknown }
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        guard !overflow else { throw BitdepthError(.limitExceeded, "an extent of \(a) times \(b) is too large") }
        return .known(product)
    }

    /// The sum of two extents, where both are known.
    func plus(_ other: Dimension) -> Dimension {
        guard let a = value, let b = other.value else { return .unknown }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .unknown : .known(sum)
    }
}
