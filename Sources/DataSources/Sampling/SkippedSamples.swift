import BitdepthRuntime
import BitdepthTensors

/// The samples of a source that could not be read and were left out, with the reasons. Filled in while samples are read, from
/// any thread.
public final class SkippedSamples: Sendable {
    private let errors = Lock<[Int: BitdepthError]>([:])

    public init() {}

    /// What is wrong with one file and says nothing about the others.
    static let unreadable: Set<BitdepthError.Code> = [
        .fileNotFound, .inputOutput, .malformedFile, .truncatedFile, .limitExceeded, .unsupportedFormat,
    ]

    /// Notes that the sample at `index` could not be read; a sample counts once, however often it is asked for.
    func note(_ error: BitdepthError, at index: Int) { errors.withLock { $0[index] = error } }

    /// The sample at `index`, or `nil` after it was noted that its file could not be read.
    func sampleIfReadable(at index: Int, of source: some SampleSource) throws(BitdepthError) -> Sample? {
        do throws(BitdepthError) {
            return try source.sample(at: index)
        } catch {
            guard SkippedSamples.unreadable.contains(error.code) else { throw error }
            note(error, at: index)
            return nil
        }
    }

    /// How many samples were left out so far.
    public var count: Int { errors.withLock { $0.count } }

    /// Why, in the order of the samples; each error names its file.
    public var reasons: [BitdepthError] {
        errors.withLock { errors in errors.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// A warning that names some of the files; `nil` where nothing was left out.
    ///
    /// - Parameter total: How many samples there are.
    public func warning(of total: Int) -> DataWarning? {
        let reasons = reasons
        guard !reasons.isEmpty else { return nil }
        let shown = reasons.prefix(SkippedSamples.mostNamed).map { "\($0.place.file ?? "a file"): \($0.message)" }
        let rest = reasons.count > shown.count ? ", and \(reasons.count - shown.count) more" : ""
        return DataWarning(
            kind: .unreadableSamples, input: nil,
            message:
                "\(reasons.count) of \(total) samples could not be read and were left out: \(shown.joined(separator: "; "))\(rest)",
            help: "mend or remove the files; --strict-data makes the first one an error")
    }

    private static let mostNamed = 3
}
