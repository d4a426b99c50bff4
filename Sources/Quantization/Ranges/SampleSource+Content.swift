import BitdepthDataSources
import BitdepthTensors

extension SampleSource {
    /// At most `count` samples, chosen by what they hold: the same ones in whatever order the samples come.
    func chosenByContent(_ count: Int, threads: Int) throws(BitdepthError) -> Subset {
        guard self.count > count else { return first(self.count) }
        var hashed: [(hash: ContentHash, index: Int)] = []
        try readInOrder(threads: threads) { index, sample throws(BitdepthError) in
            hashed.append((try ContentHash(of: sample), index))
        }
        hashed.sort { ($0.hash, $0.index) < ($1.hash, $1.index) }
        return Subset(of: self, indices: hashed.prefix(max(count, 0)).map(\.index))
    }
}
