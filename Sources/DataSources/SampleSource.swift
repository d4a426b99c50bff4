import BitdepthTensors

/// Samples that can be asked for by number, in any order and from any thread.
public protocol SampleSource: Sendable {
    /// How many samples there are.
    var count: Int { get }
    /// What a person calls the data: the path, and where it helps, what was found there.
    var summary: String { get }

    /// Raw tensors by input name, with the batch axis that the model's input has, before any preprocessing.
    ///
    /// - Parameter index: 0 ..< `count`.
    /// - Throws: ``BitdepthError/Code/badData`` for an index outside, and what reading files throws.
    func sample(at index: Int) throws(BitdepthError) -> Sample
    /// The same, or `nil` for a sample that cannot be read and that the source was told to leave out.
    func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample?
}

extension SampleSource {
    public func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? { try sample(at: index) }

    /// The first sample that can be read.
    ///
    /// - Throws: ``BitdepthError/Code/noSamples`` when there is none.
    public func firstReadable() throws(BitdepthError) -> Sample {
        for index in 0..<count { if let sample = try sampleIfReadable(at: index) { return sample } }
        throw noneReadable
    }

    /// The error of a source of which every sample was left out.
    public var noneReadable: BitdepthError {
        BitdepthError(
            .noSamples, count == 0 ? "\(summary) has no samples" : "none of the samples of \(summary) could be read")
    }

    func checkIndex(_ index: Int) throws(BitdepthError) {
        guard index >= 0, index < count else {
            throw BitdepthError(.badData, "sample \(index) was asked of \(summary), which has \(count)")
        }
    }
}
