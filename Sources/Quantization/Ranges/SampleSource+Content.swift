import BitdepthDataSources
import BitdepthTensors

extension SampleSource {
    /// At most `count` samples, chosen by what they hold: the same ones in whatever order the samples come.
    func chosenByContent(_ count: Int) throws(BitdepthError) -> Subset {
        guard self.count > count else { return first(self.count) }
        var hashed: [(hash: ContentHash, index: Int)] = []
        for index in 0..<self.count { hashed.append((try ContentHash(of: try sample(at: index)), index)) }
        hashed.sort { ($0.hash, $0.index) < ($1.hash, $1.index) }
        return Subset(of: self, indices: hashed.prefix(max(count, 0)).map(\.index))
    }
}
