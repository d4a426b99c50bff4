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
}

extension SampleSource {
    func checkIndex(_ index: Int) throws(BitdepthError) {
        guard index >= 0, index < count else {
            throw BitdepthError(.badData, "sample \(index) was asked of \(summary), which has \(count)")
        }
    }
}
