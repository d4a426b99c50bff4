import BitdepthDataSources
import BitdepthTensors

/// Which samples calibrate a model, and which ones the quantized model is then checked on.
public struct SampleSplit: Sendable {
    public let calibration: any SampleSource
    public let check: any SampleSource
    public let kind: Kind

    /// Where the samples of the check come from.
    public enum Kind: String, Sendable, CaseIterable {
        /// The data hold more samples than calibration took.
        case unused
        /// A tenth of the data was held back, chosen by content.
        case heldBack = "held back"
        /// There are too few samples to hold any back: the check sees what calibration saw and finds less than it should.
        case calibration
    }

    /// Fewer samples than this are all used for calibration.
    public static let fewestToPart = 16
    /// More samples than this say nothing new in a check.
    public static let mostChecked = 256
    static let heldBackPart = 0.1

    /// Calibration takes `wanted` samples at equal distances, the check others, at equal distances too; where the rest is
    /// less than a tenth of them, a tenth of all samples is held back by content instead.
    ///
    /// - Parameters:
    ///   - wanted: How many samples calibrate at most; `nil` for all that the check leaves.
    ///   - threads: How many read samples where they are chosen by content.
    /// - Throws: ``BitdepthError/Code/noSamples``; what reading samples throws.
    public static func choose(from source: any SampleSource, calibration wanted: Int? = nil, threads: Int = 1)
        throws(BitdepthError) -> SampleSplit
    {
        guard source.count > 0 else { throw BitdepthError(.noSamples, "\(source.summary) has no samples") }
        let taken = min(max(wanted ?? source.count, 1), source.count)
        let left = source.count - taken
        let enough = min(fewestToPart, Int((Double(taken) * heldBackPart).rounded(.up)))
        if left >= enough {
            let calibration = source.evenly(taken)
            let used = Set(calibration.indices)
            let others = Subset(of: source, indices: (0..<source.count).filter { !used.contains($0) })
            let chosen = others.evenly(mostChecked).indices.map { others.indices[$0] }
            return SampleSplit(calibration: calibration, check: Subset(of: source, indices: chosen), kind: .unused)
        }
        guard source.count >= fewestToPart else {
            return SampleSplit(calibration: source.evenly(taken), check: source.evenly(taken), kind: .calibration)
        }
        let parts = try HoldOut.split(source, fraction: heldBackPart, threads: threads)
        let rest = parts.calibration
        let chosen = rest.evenly(taken).indices.map { rest.indices[$0] }
        return SampleSplit(
            calibration: Subset(of: source, indices: chosen),
            check: Subset(of: source, indices: Array(parts.check.indices.prefix(mostChecked))), kind: .heldBack)
    }
}
