import BitdepthTensors

/// The share of samples whose label is among the k best scores.
public struct TopKAccuracy: Sendable, Hashable {
    public let k: Int
    public private(set) var proportion = Proportion()

    public init(k: Int = 1) { self.k = k }

    /// Adds one sample.
    ///
    /// - Parameters:
    ///   - scores: One score per class, logits or probabilities.
    ///   - label: The index of the true class.
    /// - Returns: Whether the label was among the k best.
    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` when no score belongs to the label.
    @discardableResult
    public mutating func add(scores: [Float], label: Int) throws(BitdepthError) -> Bool {
        guard scores.indices.contains(label) else {
            throw BitdepthError(.valueOutOfRange, "label \(label) does not name one of \(scores.count) classes")
        }
        let isHit = scores.rank(of: label) < k
        proportion.add(isHit)
        return isHit
    }

    public mutating func merge(_ other: TopKAccuracy) { proportion.merge(other.proportion) }

    /// 0 … 1; `nil` before any sample.
    public var value: Double? { proportion.value }
    /// The 95 % Wilson bounds of the accuracy; `nil` before any sample.
    public var bounds: ClosedRange<Double>? { proportion.wilsonBounds() }
}
