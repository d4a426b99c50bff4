import BitdepthGraphs
import BitdepthTensors

/// The square block of pixels that DepthToSpace and SpaceToDepth exchange with channels.
public struct SpaceBlock: Sendable, Hashable {
    /// Pixels along a side.
    public let size: Int

    init(_ attributes: AttributeReader) throws(BitdepthError) {
        size = try attributes.required("blocksize", try attributes.int("blocksize"))
        guard size >= 1, size <= 1 << 16 else {
            throw attributes.invalid("blocksize", "is \(size); it must be at least 1")
        }
    }

    func checkRank(_ rank: Int) throws(BitdepthError) {
        guard rank == 4 else {
            throw BitdepthError(.shapeMismatch, "input has rank \(rank); [N, C, H, W] is needed")
        }
    }

    func quotient(_ dimension: Dimension, by divisor: Int, _ what: String) throws(BitdepthError) -> Dimension {
        guard let extent = dimension.value else { return .unknown }
        guard extent % divisor == 0 else {
            throw BitdepthError(.shapeMismatch, "\(extent) \(what) cannot be divided by \(divisor)")
        }
        return .known(extent / divisor)
    }

    func product(_ dimension: Dimension) throws(BitdepthError) -> Dimension {
        guard let extent = dimension.value else { return .unknown }
        let (product, overflow) = extent.multipliedReportingOverflow(by: size)
        guard !overflow else {
            throw BitdepthError(.limitExceeded, "an extent of \(extent) times \(size) is too large")
        }
        return .known(product)
    }
}
