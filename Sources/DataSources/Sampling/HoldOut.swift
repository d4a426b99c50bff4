import BitdepthTensors

/// Samples parted by their contents into those for calibration and those held back for checking.
///
/// Which sample goes where depends on the samples alone, not on their order, and equal samples stay together.
public struct HoldOut: Sendable {
    public let calibration: Subset
    /// Sorted by content, so that sums over it do not depend on the samples' order.
    public let check: Subset

    /// Reads every sample once.
    ///
    /// - Parameters:
    ///   - fraction: The part to hold back; at least one sample is, and at least one is left.
    ///   - threads: How many read.
    /// - Throws: ``BitdepthError/Code/noSamples`` when there are fewer than two.
    public static func split(_ source: any SampleSource, fraction: Double = 0.1, threads: Int = 1) throws(BitdepthError)
        -> HoldOut
    {
        guard source.count >= 2 else {
            throw BitdepthError(.noSamples, "\(source.count) samples cannot be parted into two sets")
        }
        var hashed: [(hash: ContentHash, index: Int)] = []
        try source.readInOrder(threads: threads) { index, sample throws(BitdepthError) in
            hashed.append((try ContentHash(of: sample), index))
        }
        guard hashed.count >= 2 else { throw source.noneReadable }
        hashed.sort { ($0.hash, $0.index) < ($1.hash, $1.index) }
        let wanted = min(max(Int((Double(hashed.count) * fraction).rounded()), 1), hashed.count - 1)
        let last = hashed[wanted - 1].hash
        var held = hashed.prefix { $0.hash <= last }.map(\.index)
        // Where nearly all samples are the same they cannot be kept together.
        if held.count == hashed.count { held = Array(held[..<wanted]) }
        let heldSet = Set(held)
        return HoldOut(
            calibration: Subset(of: source, indices: hashed.map(\.index).filter { !heldSet.contains($0) }.sorted()),
            check: Subset(of: source, indices: held))
    }
}
