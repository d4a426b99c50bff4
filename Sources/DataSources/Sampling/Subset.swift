import BitdepthTensors

/// Some samples of a source, in an order of their own.
public struct Subset: SampleSource {
    private let base: any SampleSource
    /// The samples' numbers in the source.
    public let indices: [Int]

    public init(of base: any SampleSource, indices: [Int]) {
        self.base = base
        self.indices = indices
    }

    public var count: Int { indices.count }
    public var summary: String { "\(base.summary) · \(count) of \(base.count)" }

    public func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        return try base.sample(at: indices[index])
    }

    public func sampleIfReadable(at index: Int) throws(BitdepthError) -> Sample? {
        try checkIndex(index)
        return try base.sampleIfReadable(at: indices[index])
    }
}

extension SampleSource {
    /// The first `count` samples, or all if there are no more.
    public func first(_ count: Int) -> Subset {
        Subset(of: self, indices: Array(0..<min(max(count, 0), self.count)))
    }

    /// `count` samples at equal distances: sensible where the samples are sorted by class.
    public func evenly(_ count: Int) -> Subset {
        let taken = min(max(count, 0), self.count)
        return Subset(
            of: self,
            indices: (0..<taken).map { position in
                // Quotient of position * count / taken, the product in 128 bits.
                let product = position.multipliedFullWidth(by: self.count)
                return taken.dividingFullWidth(product).quotient
            })
    }

    /// `count` samples drawn without replacement, in the order drawn; the same for the same seed everywhere.
    public func shuffled(_ count: Int, seed: UInt64 = 0) -> Subset {
        var generator = SeededGenerator(seed: seed)
        var indices = Array(0..<self.count)
        let taken = min(max(count, 0), indices.count)
        for position in 0..<taken {
            indices.swapAt(position, position + generator.next(below: indices.count - position))
        }
        return Subset(of: self, indices: Array(indices[..<taken]))
    }
}
