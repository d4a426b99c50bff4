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
    /// - Parameter fraction: The part to hold back; at least one sample is, and at least one is left.
    /// - Throws: ``BitdepthError/Code/noSamples`` when there are fewer than two.
    public static func split(_ source: any SampleSource, fraction: Double = 0.1) throws(BitdepthError) -> HoldOut {
        guard source.count >= 2 else {
            throw BitdepthError(.noSamples, "\(source.count) samples cannot be parted into two sets")
        }
        var hashed: [(hash: ContentHash, index: Int)] = []
        for index in 0..<source.count { hashed.append((try ContentHash(of: try source.sample(at: index)), index)) }
        hashed.sort { ($0.hash, $0.index) < ($1.hash, $1.index) }
        let wanted = min(max(Int((Double(source.count) * fraction).rounded()), 1), source.count - 1)
        let last = hashed[wanted - 1].hash
        var held = hashed.prefix { $0.hash <= last }.map(\.index)
        // Where nearly all samples are the same they cannot be kept together.
        if held.count == source.count { held = Array(held[..<wanted]) }
        let heldSet = Set(held)
        return HoldOut(
            calibration: Subset(of: source, indices: (0..<source.count).filter { !heldSet.contains($0) }),
            check: Subset(of: source, indices: held))
    }
}
